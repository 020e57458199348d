"""What verb-final languages put right behind an office or before a noun without a marker: owner, name, number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.events.gazetteer import Country

if TYPE_CHECKING:
    from pipeline.events.chart import Chart
    from pipeline.events.chunks import Chunk
    from pipeline.events.grammar import Grammar
    from pipeline.events.naming import Names

# Cases that a party has and a destination has not.
MARKED = frozenset({"agent", "to", "from", "with"})
# Cases of what is attacked or sanctioned.
STRUCK = ("on", "against")
# What no name runs through.
UNNAMED = ("case", "country", "demonym", "role", "connective", "date", "trigger", "auxiliary")
SHORTEST_NAME, LONGEST_NAME = 2, 4
COMMA = ","
LEGISLATORS = "LEG"
UNKNOWN = "UNK"
LONGEST_INSTITUTION = 6
# Words that count between the genitive of a place and the office.
MOST_BETWEEN = 2


def owned_and_named(chart: Chart, names: Names, chunk: Chunk, end: int) -> tuple[Chunk, tuple[int, int] | None, int]:
    """Read the owner and the name behind an office: the office with its owner, the name, where it ends."""
    owner = bare_owner(chart, names, chunk.end, end) if chunk.country is None else None
    if owner is not None:
        chunk = chunk._replace(end=owner[0], country=owner[1], basis="explicit")
    name, stop = names.name(chart, chunk.end, end)
    if name is None or chart.hit("case", stop) is None:
        name, stop = up_to_agent(chart, names, chunk.end, end) or (name, stop)
    if name is None and names.capitals:
        name, stop = _behind_comma(chart, names, chunk.end, end) or (name, stop)
    return chunk, name, stop


def _behind_comma(chart: Chart, names: Names, i: int, end: int) -> tuple[tuple[int, int], int] | None:
    """Read the name between two commas behind an office: "the foreign minister, Wang Yi, said"."""
    if chart.word(i) != COMMA:
        return None
    name, stop = names.name(chart, i + 1, end)
    whole = name is not None and name[1] - name[0] >= SHORTEST_NAME and (chart.word(stop) == COMMA or stop >= end - 1)
    return (name, stop) if whole and name is not None else None


def seated(chart: Chart, names: Names, chunk: Chunk) -> Chunk:
    """Read the place an office is held in or a seat stands for: "the mayor of Lyon", "the MP for Leeds"."""
    able = chunk.kind == "person" and names.capitals
    after = (chart.has("case", chunk.end, "genitive") or _seat(chart, chunk)) if able else 0
    hit = chart.hit("place", after) if after else None
    if after and _names_institution(chart, names, after):
        return chunk._replace(office=None, sector=UNKNOWN, national=False)
    if hit is None or not names.written(chart, after, upper=hit[1][0].upper):
        return chunk
    return chunk._replace(end=hit[0], country=hit[1][0].country, basis="explicit", national=False)


def _names_institution(chart: Chart, names: Names, i: int) -> bool:
    """Whether words in capitals from token i name what has its own presidents: "president of LEEDS UNIVERSITY"."""
    institutions = names.known.grammar.words.get("institutions", ())
    for j in range(i, min(i + LONGEST_INSTITUTION, len(chart.texts))):
        if chart.word(j) in institutions:
            return True
        if not chart.texts[j][:1].isupper() and chart.word(j) not in names.particles and j > i:
            break
    return False


def _seat(chart: Chart, chunk: Chunk) -> int:
    """Where the constituency of a member of parliament begins, 0 where none does."""
    return (
        chart.has("case", chunk.end, "for") or chart.has("case", chunk.end, "from")
        if chunk.sector == LEGISLATORS
        else 0
    )


def bare_owner(chart: Chart, names: Names, i: int, end: int) -> tuple[int, str] | None:
    """Read the country or place that stands bare behind an office, "president Pakistan": its end and its state."""
    if names.capitals or i >= end:
        return None
    hit = chart.hit("country", i) or chart.hit("place", i)
    if hit is None or (hit[1][0].common and hit[0] == i + 1):
        return None
    case = chart.hit("case", hit[0])
    marked = case is not None and bool(MARKED & set(case[1]))
    if not marked and not (case is None and names.name(chart, hit[0], end)[0]):
        return None
    owner = hit[1][0]
    return hit[0], owner.iso3 if isinstance(owner, Country) else owner.country


def officer_of_place(chart: Chart, i: int, end: int, *, capitals: bool) -> int:
    """The token at which the office or body of a place that ends before token i begins, else 0.

    "Sindh police", "the governor of Sindh"; languages with capitals put the office behind the place too.
    """
    role = chart.hit("role", i) if i < end else None
    if role is not None and (capitals or role[1][0].kind == "body"):
        return i
    after = 0 if capitals else chart.has("case", i, "genitive")
    while after and after < min(end, i + MOST_BETWEEN + 2) and counts(chart, after):
        after += 1
    role = chart.hit("role", after) if 0 < after < end else None
    return after if role is not None and not (role[1][0].common and role[1][0].kind == "person") else 0


def struck_noun(chart: Chart, i: int, end: int, *, capitals: bool) -> int:
    """The end of the noun behind an adjective that something is done to: "on Ukrainian positions"; else i."""
    if capitals:
        return i
    for stop in range(i + 1, min(end, i + MOST_BETWEEN + 2)):
        if any(chart.hit(layer, stop - 1) for layer in UNNAMED) or chart.has("list", stop - 1, "deed"):
            break
        if any(chart.has("case", stop, name) for name in STRUCK):
            return stop
    return i


def up_to_agent(chart: Chart, names: Names, i: int, end: int) -> tuple[tuple[int, int], int] | None:
    """Read as a name all that stands between an office and the marker of the agent, common words too."""
    if names.capitals:
        return None
    for stop in range(i, min(end, i + LONGEST_NAME + 1)):
        if stop > i and chart.has("case", stop, "agent"):
            return (i, stop), stop
        if not chart.is_word(stop) or any(chart.hit(layer, stop) for layer in UNNAMED):
            break
    return None


def counts(chart: Chart, i: int) -> bool:
    """Whether token i says how many: "the party's 25 workers", "dozens of its workers"."""
    if chart.word(i).isdigit() or chart.hit("number", i) is not None:
        return True
    return any(chart.has("word", i, name) for name in ("quantifiers", "fillers", "qualifiers"))


def capital_acts(chart: Chart, grammar: Grammar, after: int) -> bool:
    """Whether a capital ends bare before token `after`, as a subject, where names have capitals and verbs come last."""
    if grammar.order != "SOV" or not grammar.capitals:
        return False
    comma = chart.word(after) in grammar.list_marks
    after += comma
    name = next((hit for layer in ("place", "country") if (hit := chart.hit(layer, after)) is not None), None)
    if comma and name is not None:
        # "Washington, Beijing and Moscow" act together, in "Washington, Beijing'i" one does.
        return chart.hit("case", name[0]) is not None
    goes_on = name is not None or any(chart.hit(layer, after) for layer in ("case", "connective", "role"))
    joined = goes_on or chart.has("word", after, "noun_city") or chart.word(after) in grammar.conjunctions
    return chart.is_word(after) and chart.texts[after].islower() and not joined
