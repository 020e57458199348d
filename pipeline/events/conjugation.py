"""Forms of verbs and adjectives made by rule from a language's endings; what is irregular is listed beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.resources import ResourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

# Forms a conjugated language may list: moods that report nothing (conditional, subjunctive) are left out.
# Plain forms have no tense of their own: "menyerang"; passive ones need no auxiliary: "diserang", "задержан".
MOODS = ("present", "preterite", "imperfect", "future", "participle", "gerund", "infinitive", "plain", "passive")
PLURAL = "+"


def verb_forms(verb: str, table: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (form, mood) of a verb named by its infinitive; a mood that its row in [forms] lists is not made by rule.

    Raises:
        ResourceError: the verb belongs to no class of [conjugation] and is not listed.
    """
    classes: dict[str, dict[str, list[str]]] = table["conjugation"]
    own: dict[str, list[str]] = table.get("forms", {}).get(verb, {})
    name = max((name for name in classes if verb.endswith(name)), key=len, default="")
    if not own and not name:
        raise ResourceError(f"grammar.toml: no forms of {verb!r}")
    stem, rule = verb[: len(verb) - len(name)], classes.get(name, {})
    for mood in MOODS:
        made = own.get(mood, [ending.replace("-", stem, 1) for ending in rule.get(mood, ())])
        yield from ((form, mood) for form in made)


def adjective_forms(word: str, rules: dict[str, list[str]]) -> Iterator[tuple[str, bool]]:
    """Yield (form, plural) of an adjective: itself, and for the longest ending of the rules the forms it takes."""
    yield word, False
    ending = max((e for e in rules if word.endswith(e)), key=len, default=None)
    if ending is None:
        return
    stem = word[: len(word) - len(ending)]
    for other in rules[ending]:
        yield stem + other.removeprefix(PLURAL), other.startswith(PLURAL)
