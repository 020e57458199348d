"""The words of a language as one automaton: every phrase the coder knows, by layer, found in one pass.

Phrases are matched on tokens joined by single spaces and framed by spaces, so that a hit can only begin and end where
tokens do; overlapping hits are wanted, the longest of a layer at each token is kept.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

from ahocorasick_rs import AhoCorasick, Implementation

from pipeline.events.clitics import Clitics
from pipeline.events.conjugation import adjective_forms
from pipeline.events.dating import Dating, calendar_words, dating
from pipeline.events.declension import declined
from pipeline.events.gazetteer import country_phrases, holder_phrases, place_phrases, shared_rows, short_phrases
from pipeline.events.grammar import Grammar, grammar
from pipeline.events.suffixes import MARK, Suffixes
from pipeline.events.triggers import Trigger, triggers
from pipeline.events.unspaced import Unspaced, phrase_words, unspaced
from pipeline.resources import ResourceError, knowledge_rows, language_rows, language_toml
from pipeline.text.normalise import normalise
from pipeline.text.tokens import iter_tokens, token_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LAYERS = (
    "case", "auxiliary", "verb", "role", "country", "demonym", "place", "organisation", "holder",
    "trigger", "list", "connective", "word", "date", "number", "unit", "topic", "context", "inflection",
)  # fmt: skip
# Layers of nouns that take suffixes, and the words that stand for nouns.
NAMES = ("country", "demonym", "organisation", "role", "holder", "place")
PROPER = frozenset({"country", "place", "holder"})
REFERRING = frozenset({
    "pairs", "counterpart", "own_country", "first_person", "third_person", "media", "group_nouns",
})  # fmt: skip
# Layers whose phrases decline where nouns do; those of words alone tell no case.
LISTED = frozenset({"list", "topic", "context"})
DECLINING = frozenset({"role", "country", "demonym", "place", "organisation", "holder"})
# Layers of plain lists, with the file and the table they are in.
LISTS = (("list", "triggers", "lists"), ("topic", "gate", "topics"), ("context", "contexts", "contexts"))
BREAK = "\n"
# More glued spellings of one phrase than this are not generated.
MOST_VARIANTS = 16


@dataclass(frozen=True, slots=True)
class Role:
    """An office, a body or a group of people; `kind` is person, body or people."""

    office: str
    sector: str
    kind: str
    national: bool
    common: bool

    def deputy(self) -> Role:
        """The office of who stands in for this one: another person, of whom a state may have several."""
        if self.kind != "person" or self.office.startswith(("deputy ", "vice ")):
            return self
        return replace(self, office=f"deputy {self.office}", national=False)


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation; `country` may be a non-state code such as UNO.

    A `common` name is also another word and needs support, an `upper` one stands in capitals, a `small` one needs none.
    """

    name: str
    sector: str | None
    country: str | None
    common: bool = False
    upper: bool = False
    small: bool = False


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything known of a language's words. `hits` finds them; `common` are words that are never names.

    `lone` are the triggers without words of their own by the verb that fires them; `unspaced` cuts texts without
    spaces into words.
    """

    code: str
    grammar: Grammar
    triggers: tuple[Trigger, ...]
    automaton: Any
    entries: tuple[tuple[tuple[int, Any], ...], ...]
    lengths: tuple[int, ...]
    common: frozenset[str]
    dating: Dating
    lone: dict[str, tuple[Trigger, ...]]
    suffixes: Suffixes | Clitics | None = None
    unspaced: Unspaced | None = None

    def hits(self, joined: str) -> list[tuple[int, int, int]]:
        """Find all phrases of a joined text as (number of the phrase, start, end)."""
        found: list[tuple[int, int, int]] = self.automaton.find_matches_as_indexes(joined, overlapping=True)
        return found


def words(text: str, fold: dict[int, str] | None = None) -> tuple[str, ...]:
    """Split a phrase into tokens as they are compared: normalised, folded and without case."""
    plain = normalise(text).text.lower()
    return tuple(token.text.translate(fold or {}) for token in iter_tokens(plain, 0, len(plain)))


@cache
def lexicon(code: str) -> Lexicon | None:
    """Load the lexicon of a language; None where it has no triggers.

    Raises:
        ResourceError: a data file contradicts itself.
    """
    if not language_toml(code, "triggers"):
        return None
    rules = grammar(code)
    acts = triggers(code)
    phrases: dict[tuple[str, ...], dict[int, list[Any]]] = defaultdict(lambda: defaultdict(list))
    listed = list(_inflected(_everything(code, rules, acts), rules))
    known = {} if rules.unspaced else _spelled((text for _, text, _ in listed), rules.fold)
    for layer, text, payload in listed:
        split = phrase_words(text, rules.fold) if rules.unspaced else known.get(text) or _marked(text, rules.fold)
        for variant in _variants(split, rules.glue_after):
            payloads = phrases[variant][LAYERS.index(layer)]
            if payload not in payloads:
                payloads.append(payload)
    phrases.pop((), None)
    if rules.order == "SVO":
        _with_beginnings(phrases, acts)
    affixes = _affixes(phrases, rules)
    if isinstance(affixes, Suffixes):
        phrases = _cut(phrases, affixes)
    ordered = sorted(phrases)
    entries = tuple(tuple((layer, tuple(found)) for layer, found in sorted(phrases[p].items())) for p in ordered)
    automaton = AhoCorasick([f" {' '.join(p)} " for p in ordered], implementation=Implementation.ContiguousNFA)
    common = frozenset(word for row in language_rows(code, "words") for word in words(row[0], rules.fold))
    stop = frozenset(token for phrase in rules.words.get("stop_names", ()) for token in words(phrase, rules.fold))
    dates = dating(language_toml(code, "dates"), rules.fold)
    verbs = sorted({verb for act in acts if not act.words for verb in act.verbs})
    lone = {verb: tuple(act for act in acts if not act.words and verb in act.verbs) for verb in verbs}
    lengths = tuple(map(len, ordered))
    cutter = _cutter(code, rules, dates, ordered) if rules.unspaced else None
    return Lexicon(code, rules, acts, automaton, entries, lengths, common | stop, dates, lone, affixes, cutter)


def _cutter(code: str, rules: Grammar, dates: Dating, phrases: Iterable[tuple[str, ...]]) -> Unspaced:
    """What cuts a text without spaces: all words known of the language."""
    listed = {word for name in ("conjunctions", "list_marks") for word in getattr(rules, name)}
    listed.update(*rules.closed.values(), *dates.marks.values())
    listed.update(word for row in language_rows(code, "words") for word in phrase_words(row[0], rules.fold))
    short = frozenset(phrase_words(name, rules.fold)[0] for name, _ in short_phrases(code))
    cuts = (phrase_words(phrase, rules.fold) for phrase in rules.table.get("cuts", ()))
    return unspaced(phrases, cuts, sorted(listed), short - listed, rules.fold)


def _spelled(texts: Iterable[str], fold: dict[int, str]) -> dict[str, tuple[str, ...]]:
    """Split many phrases at once, which is much faster; those written together with a noun are left out."""
    listed = [text for text in dict.fromkeys(texts) if not text.startswith(MARK)]
    lines = normalise(BREAK.join(listed)).text.lower().split(BREAK)
    if len(lines) != len(listed):
        return {}
    split = (token_texts(line, 0, len(line)) for line in lines)
    return {text: tuple(t.translate(fold) for t in found) for text, found in zip(listed, split, strict=True)}


def _marked(text: str, fold: dict[int, str]) -> tuple[str, ...]:
    """Split a phrase of the language's data; a hyphen at its beginning says that it is written together with a noun."""
    first, _, rest = text.partition(" ")
    if len(first) > 1 and first.startswith(MARK):
        return (MARK + normalise(first[1:]).text.lower().translate(fold), *words(rest, fold))
    return words(text, fold)


def _suffixes(phrases: dict[tuple[str, ...], dict[int, list[Any]]], rules: Grammar) -> Suffixes | None:
    """Collect the suffixes among the case markers, and the nouns they may be written together with."""
    case = LAYERS.index("case")
    # Where names have capitals, an apostrophe parts them from their suffixes.
    names = {LAYERS.index(layer) for layer in NAMES if not (rules.capitals and layer in PROPER)}
    word = LAYERS.index("word")
    # Suffixes of number stand between a noun and its case, or show none.
    marked = [(p[0], found) for p, found in phrases.items() if p[0].startswith(MARK)]
    endings = {p.removeprefix(MARK) for p, found in marked if case in found or "suffixes" in found.get(word, ())}
    if not endings - {""}:
        return None
    stems = frozenset(p[-1] for p, found in phrases.items() if names & found.keys() or _refers(found))
    # Lists hold words as they stand, with their suffixes.
    lists = {LAYERS.index(layer) for layer, _, _ in LISTS}
    known = frozenset(p[0] for p, found in phrases.items() if len(p) == 1 and not found.keys() <= lists)
    loose = frozenset(rules.table.get("loose_suffixes", ()))
    # Where what is owned takes the suffix of an object.
    objects = frozenset(rules.table.get("possessed", ()))
    return Suffixes(frozenset(endings - {""}), stems, known, loose, rules.fold, objects)


def _cut(
    phrases: dict[tuple[str, ...], dict[int, list[Any]]], suffixes: Suffixes
) -> dict[tuple[str, ...], dict[int, list[Any]]]:
    """Cut suffixes off the words of phrases as off those of a text."""
    found: dict[tuple[str, ...], dict[int, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for phrase, layers in phrases.items():
        key = tuple(p for token in phrase for p in ([token] if token.startswith(MARK) else suffixes.split([token])))
        for layer, payloads in layers.items():
            found[key][layer] += [payload for payload in payloads if payload not in found[key][layer]]
    return found


def _affixes(phrases: dict[tuple[str, ...], dict[int, list[Any]]], rules: Grammar) -> Suffixes | Clitics | None:
    """What is written together with a word of the language: before it, or behind it."""
    if "clitics" not in rules.table:
        return _suffixes(phrases, rules)
    classes = tuple(tuple(words(one, rules.fold)[0] for one in row) for row in rules.table["clitics"])
    article = tuple(words(one, rules.fold)[0] for one in rules.table["clitic_article"])
    known = frozenset(token for phrase in phrases for token in phrase)
    contracted = {article[1] + token.removeprefix(article[0]) for token in known if token.startswith(article[0])}
    return Clitics(classes, article, known - contracted, rules.fold)


def _refers(found: dict[int, list[Any]]) -> bool:
    return not REFERRING.isdisjoint(p for p in found.get(LAYERS.index("word"), ()) if isinstance(p, str))


def _inflected(found: Iterator[tuple[str, str, Any]], rules: Grammar) -> Iterator[tuple[str, str, Any]]:
    """Add to names and offices the forms they take in other cases, and to each form its cases."""
    for layer, text, payload in found:
        names = layer in DECLINING
        old, new = rules.table.get("clitic_article", ("", ""))
        if old and text.startswith(old):
            yield layer, new + text.removeprefix(old), payload
        if not rules.declension or not (names or layer in LISTED):
            yield layer, text, payload
            continue
        people = layer == "demonym" and "people" in payload[1]
        animate = people or layer == "holder" or (layer == "role" and payload.kind != "body")
        for form, case in declined(text, rules.declension, whole=layer == "holder", animate=animate):
            yield layer, form, payload
            if names:
                yield "inflection", form, case


def _with_beginnings(phrases: dict[tuple[str, ...], dict[int, list[Any]]], acts: tuple[Trigger, ...]) -> None:
    """Let a longer trigger or listed word also carry the shorter ones it begins with: it may not fit where they do.

    Triggers that ask for more stand first.
    """
    for layer in (LAYERS.index("trigger"), LAYERS.index("list")):
        for phrase in sorted((p for p in phrases if layer in phrases[p]), key=len):
            for size in range(len(phrase) - 1, 0, -1):
                begun = phrases.get(phrase[:size], {}).get(layer)
                if begun:
                    phrases[phrase][layer] += [one for one in begun if one not in phrases[phrase][layer]]
                    break
    layer = LAYERS.index("trigger")
    for found in phrases.values():
        found.get(layer, []).sort(key=lambda one: (-one[2], -acts[one[0]].asks, one[0]))


def _trigger_phrases(rules: Grammar, number: int, pattern: str) -> Iterator[tuple[str, str, Any]]:
    """Yield the inflected phrases of a trigger with the number of its tokens, as it may begin a longer one."""
    for phrase, form in rules.inflected(pattern):
        yield "trigger", phrase, (number, form, len(token_texts(phrase, 0, len(phrase))))


def _variants(tokens: tuple[str, ...], glue_after: str) -> Iterator[tuple[str, ...]]:
    """Yield the spellings of a phrase: after letters that do not join, the space may be missing."""
    gaps = [i for i in range(len(tokens) - 1) if tokens[i][-1] in glue_after]
    if not gaps or 2 ** len(gaps) > MOST_VARIANTS:
        yield tokens
        return
    for choice in product((False, True), repeat=len(gaps)):
        glued = {gap for gap, taken in zip(gaps, choice, strict=True) if taken}
        parts: list[str] = []
        for i, token in enumerate(tokens):
            if i - 1 in glued:
                parts[-1] += token
            else:
                parts.append(token)
        yield tuple(parts)


def _everything(code: str, rules: Grammar, acts: tuple[Trigger, ...]) -> Iterator[tuple[str, str, Any]]:
    yield from rules.phrases()
    yield from _roles(code)
    yield from _organisations(code)
    yield from (("country", phrase, country) for phrase, country in country_phrases(code))
    if rules.unspaced:
        yield from (("country", phrase, country) for phrase, country in short_phrases(code))
    yield from _demonyms(code, rules)
    yield from (("place", phrase, place) for phrase, place in place_phrases(code))
    yield from (("holder", phrase, holders) for phrase, holders in holder_phrases(code))
    for number, act in enumerate(acts):
        for pattern in act.words:
            yield from _trigger_phrases(rules, number, pattern)
    for layer, file, section in LISTS:
        for name, listed in language_toml(code, file).get(section, {}).items():
            yield from ((layer, phrase, name) for phrase in listed)
    yield from _numbers(code)


def _demonyms(code: str, rules: Grammar) -> Iterator[tuple[str, str, Any]]:
    """Yield the adjectives of states in all their forms; what the table lists as a people is one form only."""
    endings = rules.table.get("adjectives", {})
    for phrase, iso3, cell in language_rows(code, "demonyms"):
        flags = frozenset(cell.split(",")) - {""}
        for form, plural in adjective_forms(phrase, {} if "people" in flags else endings):
            yield "demonym", form, (iso3, flags | {"people"} if plural else flags)


def _roles(code: str) -> Iterator[tuple[str, str, Any]]:
    """Yield offices and bodies: those of titles.tsv, then what roles.tsv adds."""
    offices = {row[0]: row for row in knowledge_rows("offices")}
    known = set()
    for phrase, office, sector, _, flag_cell in language_rows(code, "titles"):
        flags = set(flag_cell.split(","))
        known.add(phrase)
        if office.startswith("+"):
            yield "word", phrase, office
            continue
        exclusive = office in offices and offices[office][4] == "yes"
        kind = "body" if "body" in flags else "people" if "plural" in flags else "person"
        yield "role", phrase, Role(office, sector or "UNK", kind, exclusive, "common" in flags)
    for phrase, office, sector, kind, flag in language_rows(code, "roles"):
        if kind not in {"person", "body", "people"}:
            raise ResourceError(f"lang/{code}/roles.tsv: {phrase}: unknown kind {kind!r}")
        if phrase not in known:
            yield "role", phrase, Role(office, sector, kind, flag == "national", flag == "common")


def _organisations(code: str) -> Iterator[tuple[str, str, Any]]:
    """Yield international organisations and armed groups, parties, movements."""
    bodies = {row[0]: (row[1], row[2]) for row in knowledge_rows("organisations")}
    groups = {row[0]: (row[4] or row[1], row[2]) for row in knowledge_rows("groups")}
    for table, known in (("organisations", bodies), ("groups", groups)):
        for phrase, name, flags in shared_rows(code, table):
            country, sector = known[name]
            written = ("common" in flags, "upper" in flags, phrase[0].islower())
            yield "organisation", phrase, Organisation(name, sector or None, country or None, *written)


def _numbers(code: str) -> Iterator[tuple[str, str, Any]]:
    """Yield words of dates, numbers and units."""
    for phrase, payload in calendar_words(code, language_toml(code, "dates")):
        yield "date", phrase, payload
    for phrase, value in language_toml(code, "numbers").get("numbers", {}).items():
        yield "number", phrase, value
    for phrase, value, kind, flags in language_rows(code, "numbers"):
        if kind in {"cardinal", "multiplier"} and "common" not in flags:
            yield "number", phrase, float(value)
    for unit, listed in language_toml(code, "numbers").get("units", {}).items():
        for phrase in listed:
            yield "unit", phrase, unit
