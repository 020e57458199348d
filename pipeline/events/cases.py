"""Cases of noun phrases, and enumerations that share one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.events.declension import agree
from pipeline.events.suffixes import Suffixes
from pipeline.events.titles import counts

if TYPE_CHECKING:
    from pipeline.events.chart import Chart, Hit
    from pipeline.events.chunks import Chunk
    from pipeline.events.grammar import Grammar

QUOTES = frozenset("\"'“”‘’»")
COMMAS = frozenset(",،")
# Words from a name to the marker behind the relative clause on it.
LONGEST_RELATIVE = 30
# What may stand between a name and its case marker.
AFTER = QUOTES | {")"}
MOST_HEADS = 3
GENITIVE = "genitive"
WITH = "with"
# Words of what is owned, and what begins another noun phrase or clause among them.
MOST_OWNED = 4
OTHERS = ("country", "demonym", "organisation", "holder", "verb", "connective")
# Postpositions that go on with the noun phrase: "companies belonging to the programme".
SOURCE = "source"
LONGEST_PREPOSITION = 4
# Words between a preposition and the name it governs, and those among them that are no articles.
LONGEST_LINK = 5
MOST_ADJECTIVES = 3
HYPHEN = "-"
QUOTE = '"'
# The marker behind the object where others stand before.
OBJECT = "object"
# What no name behind it owns.
DEEDS = "deeds"
# Word lists of markers that may stand before a noun alone where others stand behind it, and the cases they show.
BEFORE = (("before_genitive", "genitive"), ("before_on", "on"), ("before_from", "from"))
OWNERS = ("country", "organisation", "place")
UNOWNED = ("case", "connective", "verb", "auxiliary", "date", "number", "word")
HEADS = ("quantifiers", "noun_city")
SHARED = frozenset({"explicit", "demonym"})


def with_case(chart: Chart, grammar: Grammar, chunk: Chunk, end: int) -> Chunk:
    """Read the case marker behind a chunk, or before it where the language has prepositions."""
    if grammar.case_first:
        chunk = _with_preposition(chart, grammar, chunk)
    if chunk.case is not None or grammar.order == "SVO":
        return chunk
    i = chunk.end + (chart.word(chunk.end) in AFTER)
    while (filler := chart.hit("word", i)) is not None and {"suffixes", "fillers"} & set(filler[1]) and i < end:
        i = filler[0]
    hit = chart.hit("case", i) or chart.hit("case", chunk.end)
    if hit is None and _is_unowned(chart, chunk):
        return chunk._replace(case=OBJECT, case_end=chunk.end)
    if hit is None and (agent := _behind_relative(chart, chunk.end, end)):
        return chunk._replace(case="agent", case_end=agent)
    if hit is None or i >= end or (grammar.case_first and hit[1][0] != OBJECT):
        return _owner(chart, grammar, chunk) if grammar.bare_genitive else _marked_before(chart, grammar, chunk)
    case = hit[1][0]
    return chunk._replace(case=case, case_end=hit[0], head=_of_head(chart, hit[0], end) if case == GENITIVE else None)


def _is_unowned(chart: Chart, chunk: Chunk) -> bool:
    """Whether an office or body looks owned but nobody owns it: "his government" is also "the government" as object."""
    if not isinstance(chart.suffixes, Suffixes) or chunk.end != chunk.start + 1 or chunk.basis in SHARED:
        return False
    if not chart.suffixes.may_be_object(chart.folded[chunk.start]) or not chart.texts[chunk.start].islower():
        return False
    before = chunk.start - 1
    return not chart.is_word(before) or any(
        (hit := chart.hit(layer, before)) is not None and hit[0] == chunk.start
        for layer in ("case", "word", "connective")
    )


def _marked_before(chart: Chart, grammar: Grammar, chunk: Chunk) -> Chunk:
    """Read the marker before a noun that has none behind it; that of an owner within the chunk is not the chunk's.

    Members of an enumeration have the case of the last.
    """
    marker = chart.hit("word", chunk.start - 1)
    if marker is None or marker[0] != chunk.start or chart.word(chunk.end) in grammar.conjunctions:
        return chunk
    owned = any((hit := chart.hit(layer, chunk.start)) is not None and hit[0] < chunk.end for layer in OWNERS)
    case = next((case for name, case in BEFORE if name in marker[1]), None)
    return chunk if case is None or (owned and case == GENITIVE) else chunk._replace(case=case, case_end=chunk.end)


def conjoined(grammar: Grammar, chart: Chart, before: list[Chunk], chunk: Chunk) -> Chunk:
    """Take "with" for "and" where it stands right between two names and the language has one word for both."""
    if chunk.case != WITH or not before or before[-1].end != chunk.start - 1:
        return chunk
    if before[-1].case is not None and before[-1].kind != chunk.kind:
        # "In Moscow with Lavrov".
        return chunk
    return chunk._replace(case=None) if chart.word(chunk.start - 1) in grammar.conjunctions else chunk


def _behind_relative(chart: Chart, i: int, end: int) -> int:
    """Where the agent marker behind a relative clause ends: "Turkey, which bought the missiles, NE ..."; 0 if none."""
    if chart.word(i) not in COMMAS or not chart.has("connective", i + 1, "relative"):
        return 0
    for j in range(i + 2, min(i + LONGEST_RELATIVE, end)):
        if chart.word(j) in COMMAS and (after := chart.has("case", j + 1, "agent")):
            return after
    return 0


def owned_from(chart: Chart, grammar: Grammar, i: int) -> int:
    """Where the owner begins of what ends before token i, behind its marker if it needs one; 0 where it has none."""
    return chart.has("case", i, GENITIVE) or (i if grammar.bare_genitive else 0)


def _owner(chart: Chart, grammar: Grammar, chunk: Chunk) -> Chunk:
    """Read the genitive that has no marker: a noun right before a name is what is its own."""
    i = chunk.start - 1
    if not chart.is_word(i) or chart.word(i) in grammar.conjunctions:
        return chunk
    for layer in UNOWNED:
        for back in range(LONGEST_PREPOSITION):
            hit = chart.hit(layer, i - back)
            if hit is not None and hit[0] == i + 1 and not (layer == "word" and DEEDS in hit[1]):
                return chunk
    return chunk._replace(case="genitive", case_end=chunk.end)


def _of_head(chart: Chart, i: int, end: int) -> str | None:
    """The case of the noun behind a genitive that ends before token i, through further genitives."""
    words = 0
    # In a headline an office behind a genitive is another party: "Imran's demand to the MINISTER".
    others = (*OTHERS, "role") if chart.kind == "title" else OTHERS
    while i < end and words <= MOST_OWNED:
        hit = chart.hit("case", i)
        if hit is not None and not {GENITIVE, SOURCE} & set(hit[1]):
            found: str = hit[1][0]
            return found if words else None
        if any(chart.hit(layer, i) for layer in others) or not (chart.is_word(i) or chart.word(i).isdigit()):
            return None
        words += hit is None
        i = hit[0] if hit else i + 1
    return None


def _with_preposition(chart: Chart, grammar: Grammar, chunk: Chunk) -> Chunk:
    first = chunk.start - (grammar.bare_genitive and chart.word(chunk.start - 1) == QUOTE)
    while grammar.bare_genitive and first > 0 and chart.has("word", first - 1, "noun_city"):
        first -= 1
    for _ in range(MOST_HEADS):
        at, cases = _preposition(chart, grammar, first)
        if not cases or _is_article(chart, grammar, at, cases):
            break
        noun = at - 1 - (grammar.adjectives_follow and chart.hit("demonym", at - 1) is not None)
        head = "genitive" in cases and any(chart.has("word", noun, name) for name in HEADS)
        if not head:
            return chunk._replace(case=cases[0], case_end=chunk.end)
        # "Thousands of people", "la ciudad ucraniana de Járkov": the noun before has the case of the whole.
        first = noun
    return chunk


def _preposition(chart: Chart, grammar: Grammar, first: int) -> tuple[int, tuple[str, ...]]:
    """Find the preposition before token `first`, articles between: where it begins and its cases."""
    others = 0
    for back in range(LONGEST_PREPOSITION, 1, -1) if grammar.bare_genitive else ():
        hit = chart.hit("case", first - back)
        if hit is not None and hit[0] == first:
            return first - back, hit[1]
    for back in range(1, LONGEST_LINK + 1):
        i = first - back
        hit = chart.hit("case", i) if i >= 0 else None
        other = chart.hit("word", i)
        if hit is not None and hit[0] <= first and (other is None or other[0] <= hit[0]):
            return _outer(chart, grammar, i) or _longest(chart, i, hit)
        article = chart.word(i) in grammar.words.get("articles", ()) or chart.has("word", i, "articles")
        # "Против 50 РОССИЙСКИХ КОМПАНИЙ": where endings tell nouns apart no verb ends in a preposition.
        article = article or (bool(grammar.declension) and chart.word(i).isdigit())
        if i < 0 or not (article or _adjective(chart, i) or (grammar.unspaced and counts(chart, i))):
            break
        others += not article
        if others > MOST_ADJECTIVES:
            break
    return 0, ()


def _adjective(chart: Chart, i: int) -> bool:
    """Whether a word may stand between a preposition and a name: in small letters, with no meaning of its own here."""
    layers = ("case", "auxiliary", "trigger", "connective", "word", "role", "date", "number")
    if chart.word(i) == HYPHEN:
        return True
    return chart.is_word(i) and chart.texts[i].islower() and not any(chart.hit(layer, i) for layer in layers)


def _outer(chart: Chart, grammar: Grammar, i: int) -> tuple[int, tuple[str, ...]] | None:
    """The preposition right before an article that would show a case by itself: "MIT dem Präsidenten"."""
    if chart.word(i) not in grammar.closed["partitives"]:
        return None
    for back in range(1, LONGEST_PREPOSITION):
        hit = chart.hit("case", i - back)
        if hit is not None and hit[0] == i:
            return _longest(chart, i - back, hit)
    return None


def _is_article(chart: Chart, grammar: Grammar, i: int, cases: tuple[str, ...]) -> bool:
    """Whether a preposition that is also an article has no noun before it: "DES soldats ont tué DES civils"."""
    if chart.word(i) not in grammar.closed["partitives"]:
        return False
    if grammar.brackets:
        return "genitive" in cases and not chart.texts[i - 1][:1].isupper()
    enumerated = chart.word(i - 1) in grammar.conjunctions and "genitive" not in cases
    if enumerated or not chart.is_word(i - 1):
        return True
    layers = ("trigger", "auxiliary", "connective")
    if any(chart.has("word", i - back, "speech_phrase") == i for back in (1, 2, 3)):
        return True
    hits = (chart.hit(layer, i - back) for layer in layers for back in range(1, LONGEST_PREPOSITION))
    return any(hit is not None and hit[0] == i for hit in hits)


def _longest(chart: Chart, i: int, hit: Hit) -> tuple[int, tuple[str, ...]]:
    """The longest preposition that ends where the one at token i does: "together WITH"."""
    for j in range(max(i - LONGEST_PREPOSITION, 0), i):
        longer = chart.hit("case", j)
        if longer is not None and longer[0] == hit[0]:
            return j, longer[1]
    return i, hit[1]


def coordinate(chart: Chart, grammar: Grammar, found: list[Chunk]) -> list[Chunk]:
    """Give members of an enumeration the case of its last one; only an enumeration with a conjunction is one."""
    out = list(found)
    k = len(out) - 1
    number = 0
    while k > 0:
        first = k
        while first > 0 and _joined(
            chart,
            grammar,
            out[first - 1],
            out[first],
            conjunction=first == k and not _states(chart, grammar, out[first - 1], out[first]),
        ):
            first -= 1
        if first < k and (out[k].kind != "place" or getattr(out[k].place, "kind", "") == "capital"):
            number += 1
            for n in range(first, k + 1):
                same = out[n].case or (out[first].case if grammar.case_first else out[k].case)
                out[n] = out[n]._replace(case=same, case_end=out[k].case_end, group=number)
                if n > first and out[n].country is None and out[n].name is None and out[first].basis in SHARED:
                    out[n] = out[n]._replace(country=out[first].country, basis="apposition")
        k = first - 1 if first < k else k - 1
    return out


def _states(chart: Chart, grammar: Grammar, left: Chunk, right: Chunk) -> bool:
    """Whether a comma is enough: between states of a headline, between persons of whom one has no marker yet."""
    if grammar.unspaced and _abutting(grammar, chart, left, right):
        return True
    states = chart.kind == "title" and left.kind == right.kind == "state"
    # Where subjects have no marker, a comma parts the subject from who is met.
    marked = grammar.ergative and left.case is None and right.case is not None
    return states or (left.kind == right.kind == "person" and marked)


def _abutting(grammar: Grammar, chart: Chart, left: Chunk, right: Chunk) -> bool:
    """Whether nothing stands between two states, or a state in one letter and who shares an office: "美俄总统"."""
    if left.end != right.start or left.kind != "state":
        return False
    short = len(chart.word(left.start)) == 1 and right.kind in {"person", "body"}
    return (right.kind == "state" and grammar.order == "SOV") or (grammar.unspaced and (short or right.kind == "state"))


def _joined(chart: Chart, grammar: Grammar, left: Chunk, right: Chunk, *, conjunction: bool) -> bool:
    if not grammar.case_first and left.case is not None:
        return False
    apart = grammar.case_first and right.case is not None and right.case != left.case
    if apart or (grammar.declension and not agree(chart, left, right)):
        return False
    # "With A and with B" are as much together as "with A and B".
    again = grammar.case_first and right.case is not None
    skipped = {*grammar.words.get("articles", ()), *grammar.words.get("possessives", ())}
    between = [
        chart.folded[i]
        for i in range(left.end, right.start)
        if chart.folded[i] not in skipped and not (again and chart.hit("case", i))
    ]
    if len(between) > 1 and between[-2] in grammar.words.get("quantifiers", ()):
        # "The minister and a group of deputies".
        between = between[:-2]
    if conjunction and chart.kind == "title" and between == [","] and grammar.order == "SVO":
        # "Kenya, Chad sign pact".
        return left.country is not None and right.country is not None
    if conjunction:
        return (
            bool(between)
            and between[-1] in grammar.conjunctions
            and all(w in grammar.conjunctions or w in grammar.list_marks for w in between)
        )
    if not between:
        return _abutting(grammar, chart, left, right)
    return all(w in grammar.list_marks or w in grammar.conjunctions for w in between)
