"""The grammar of a language as data: cases, verb forms, auxiliaries, connectives, word classes, frames."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from pipeline.events.conjugation import verb_forms
from pipeline.resources import ResourceError, language_rows, language_toml

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMS = (
    "past", "preterite", "passive", "habitual", "infinitive", "subjunctive", "future", "present", "stem", "conjunctive",
)  # fmt: skip
ENGLISH_FORMS = ("base", "third", "past", "participle", "ing")
# Closed classes: articles and the like, words that may follow a whole noun phrase, pronouns by what they stand for.
CLOSED = (
    "determiners",
    "neutral",
    "no_adverbs",
    "he",
    "it",
    "they",
    "partitives",
    "nominative",
    "name_particles",
    "heads",
)
# Marks the office of a minister among the words: "=defence minister".
PORTFOLIO = "="
SWITCHES = (
    "adjectives_follow", "small_adjectives", "drops_subjects", "inverts", "marks_persons", "to_is_in", "brackets",
    "verb_first", "bare_agents", "unspaced", "preverbal", "uninflected",
)  # fmt: skip
_VERB = re.compile(r"\{(\w+)\}")
# The verb of which the negative forms of all others are.
NOT = "not"
# Forms of a verb whose subject suffers.
SUFFERED = {"past": "passive", "preterite": "passive"}
# What a stem written together with an auxiliary amounts to.
GLUED = {
    "vector": "past",
    "perfect": "past",
    "passive": "past",
    "progressive": "progressive",
    "possible": "possible",
    "conjunctive": "conjunctive",
    "subjunctive": "subjunctive",
}


@dataclass(frozen=True, slots=True)
class VerbForm:
    """A form of a verb; an ambiguous one counts only where a clause can end."""

    verb: str
    form: str
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """Which cases may fill the actor and the recipient, best first."""

    kind: str
    actor: tuple[str, ...]
    recipient: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grammar:
    """The grammar.toml of a language, read and checked.

    `closed` are closed classes of single words, by name; `adverb_ending` is what most adverbs end in.
    `case_first`: case markers stand before their noun (`case_position`); `bare_genitive`: what owns stands behind what
    it owns, without a marker; `capitals`: names have them; `ergative`: subjects of transitive verbs are marked in the
    past, all verbs but those listed as `intransitive`; elsewhere these are verbs whose passive is none.
    `conjugated`: verbs have moods made by rule; `adjectives_follow` their noun; `small_adjectives`: those of states
    have no capital; `drops_subjects`: a verb alone goes on with the subject of the sentence before; `inverts`: a
    subject that is no state may stand right behind its verb; `marks_persons`: objects that are people have "to";
    `to_is_in`: "to" with a place says where; `brackets`: the predicate frames the clause, and articles show cases;
    `verb_first`: subjects stand behind verbs unless right before them; `bare_agents`: who acts stands behind a passive
    without a preposition; `declension`: nouns show cases by their endings; `unspaced`: nothing stands between words;
    `preverbal`: prepositional phrases stand before the verb; `uninflected`: verbs have one form.
    """

    order: str
    glue_after: str
    fold: dict[int, str]
    conjunctions: frozenset[str]
    list_marks: frozenset[str]
    frames: dict[str, Frame]
    words: dict[str, tuple[str, ...]]
    speech_verbs: frozenset[str]
    table: dict[str, Any]
    closed: dict[str, frozenset[str]]
    adverb_ending: str = ""
    case_first: bool = False
    bare_genitive: bool = False
    capitals: bool = False
    ergative: bool = False
    conjugated: bool = False
    adjectives_follow: bool = False
    small_adjectives: bool = False
    drops_subjects: bool = False
    inverts: bool = False
    marks_persons: bool = False
    to_is_in: bool = False
    brackets: bool = False
    verb_first: bool = False
    bare_agents: bool = False
    unspaced: bool = False
    preverbal: bool = False
    uninflected: bool = False
    declension: dict[str, Any] = field(default_factory=dict)

    def is_adverb(self, word: str) -> bool:
        """Whether a word as written is an adverb by its ending."""
        return (
            bool(self.adverb_ending)
            and word.endswith(self.adverb_ending)
            and word.islower()
            and word not in self.closed["no_adverbs"]
        )

    def phrases(self) -> Iterator[tuple[str, str, Any]]:
        """Yield (layer, phrase, payload) of everything in the grammar."""
        for layer, section in (("case", "cases"), ("auxiliary", "auxiliaries"), ("connective", "connectives")):
            for name, listed in self.table.get(section, {}).items():
                for phrase in listed:
                    yield layer, phrase, name
        for name, listed in self.words.items():
            if name != "stop_names":
                for phrase in listed:
                    yield "word", phrase, name
        for phrase in self.table.get("speech", {}).get("phrases", ()):
            yield "word", phrase, "speech_phrase"
        for verb, rows in self.table.get("verbs", {}).items():
            for phrase, form in _paradigm(verb, rows, self.table):
                yield "verb", phrase, form

    def inflected(self, pattern: str) -> Iterator[tuple[str, str]]:
        """Yield the inflected phrases of a pattern such as "{hold} talks with", each with the name of its form."""
        if self.uninflected:
            yield pattern, "passive" if pattern in self.table.get("passives", ()) else "plain"
            return
        match = _VERB.search(pattern)
        if match is None:
            yield pattern, ""
            return
        if self.conjugated:
            yield from ((pattern.replace(match[0], form), mood) for form, mood in verb_forms(match[1], self.table))
            return
        forms: dict[str, list[str]] = self.table.get("forms", {})
        if match[1] not in forms:
            raise ResourceError(f"grammar.toml: no forms of {match[1]!r} for {pattern!r}")
        for name, form in zip(ENGLISH_FORMS, forms[match[1]], strict=True):
            yield pattern.replace(match[0], form), name


@cache
def grammar(code: str) -> Grammar:
    """Read lang/<code>/grammar.toml."""
    table = language_toml(code, "grammar")
    if table.get("order") not in {"SOV", "SVO"}:
        raise ResourceError(f"lang/{code}/grammar.toml: order must be SOV or SVO")
    frames = {
        name: Frame(row["kind"], tuple(row["actor"]), tuple(row["recipient"]))
        for name, row in table.get("frames", {}).items()
    }
    portfolios = {PORTFOLIO + office: listed for office, listed in table.get("portfolios", {}).items()}
    return Grammar(
        order=table["order"],
        glue_after=table.get("glue_after", ""),
        fold={ord(old): new for old, new in (*table.get("fold", {}).items(), *language_rows(code, "fold"))},
        conjunctions=frozenset(table.get("conjunctions", ())),
        list_marks=frozenset(table.get("list_marks", ",")),
        frames=frames,
        words={name: tuple(listed) for name, listed in (table.get("words", {}) | portfolios).items()},
        speech_verbs=frozenset(table.get("speech", {}).get("verbs", ())),
        table=table,
        closed={name: frozenset(table.get("closed", {}).get(name, ())) for name in CLOSED},
        adverb_ending=table.get("adverb_ending", ""),
        case_first=table.get("case_position", "before" if table["order"] == "SVO" else "behind") == "before",
        bare_genitive=bool(table.get("bare_genitive")),
        capitals=bool(table.get("capitals", table["order"] == "SVO")),
        ergative=bool(table.get("ergative", "intransitive" in table)),
        conjugated="conjugation" in table,
        declension=table.get("declension", {}),
        **{name: bool(table.get(name)) for name in SWITCHES},
    )


def _paradigm(verb: str, rows: dict[str, Any], table: dict[str, Any]) -> Iterator[tuple[str, VerbForm]]:
    """Yield every form of a verb; a row of the verb replaces what the paradigm would make.

    `like` names the verb's class, where the paradigm has several; `other` is a second stem, {1} in a pattern; a row
    with `of` holds more forms of that verb, with `suffers` those whose subject suffers. A class lists as `negative` the
    forms that deny the verb.
    """
    stem = rows.get("stem", "")
    paradigm = table.get("paradigm", {})
    paradigm = paradigm[rows["like"]] if "like" in rows else paradigm
    verb, voice = rows.get("of", verb), SUFFERED if rows.get("suffers") else {}
    ambiguous = set(rows.get("ambiguous", ()))
    for form in FORMS:
        made = [pattern.format(stem, rows.get("other", stem)) for pattern in paradigm.get(form, ())] if stem else []
        if form == "stem" and rows.get("stemless"):
            made = []
        if form == "past" and "past" in rows:
            made = []
        for phrase in (*(rows.get(form, ()) if form != "stem" else ()), *made):
            yield phrase, VerbForm(verb, voice.get(form, form), phrase in ambiguous)
    for form, patterns in paradigm.get("negative", {}).items() if stem else ():
        for pattern in patterns:
            yield pattern.format(stem, rows.get("other", stem)), VerbForm(NOT, form)
    if stem and stem[-1] in table.get("glue_after", "") and not rows.get("stemless"):
        for kind, form in GLUED.items():
            for auxiliary in table.get("auxiliaries", {}).get(kind, ()):
                yield stem + auxiliary, VerbForm(verb, form)
