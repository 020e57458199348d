from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.events.conjugation import MOODS, adjective_forms, verb_forms
from pipeline.events.grammar import grammar
from pipeline.resources import ResourceError, language_toml, languages

CONJUGATED = [code for code in languages() if "conjugation" in language_toml(code, "grammar")]


@pytest.mark.parametrize(
    ("code", "verb", "form", "mood"),
    [
        ("es", "condenar", "condenó", "preterite"),
        ("es", "pedir", "pidieron", "preterite"),
        ("es", "romper", "rotas", "participle"),
        ("es", "visitar", "visitará", "future"),
        ("fr", "menacer", "menaça", "preterite"),
        ("fr", "envoyer", "enverra", "future"),
        ("fr", "recevoir", "reçu", "participle"),
        ("pt", "manter", "mantiveram", "preterite"),
        ("pt", "impor", "impôs", "preterite"),
        ("de", "liefern", "geliefert", "participle"),
        ("de", "treffen", "traf", "preterite"),
    ],
)
def test_a_verb_has_the_forms_of_its_class_and_its_own(code: str, verb: str, form: str, mood: str) -> None:
    assert (form, mood) in set(verb_forms(verb, language_toml(code, "grammar")))


def test_a_mood_that_a_verb_lists_replaces_what_the_rule_makes() -> None:
    table = {
        "conjugation": {"ar": {"present": ["-a"], "gerund": ["-ando"]}},
        "forms": {"probar": {"present": ["prueba"]}},
    }
    assert list(verb_forms("probar", table)) == [("prueba", "present"), ("probando", "gerund")]


def test_the_longest_class_counts() -> None:
    table = {"conjugation": {"er": {"present": ["-e"]}, "cer": {"present": ["-ce", "-cent"]}}}
    assert [form for form, _ in verb_forms("menacer", table)] == ["menace", "menacent"]


def test_a_verb_of_no_class_must_be_listed() -> None:
    with pytest.raises(ResourceError, match="no forms"):
        list(verb_forms("xyz", {"conjugation": {"ar": {}}}))


@pytest.mark.parametrize("code", CONJUGATED)
def test_a_row_of_forms_says_what_the_rule_does_not(code: str) -> None:
    table = language_toml(code, "grammar")
    for verb, own in table["forms"].items():
        assert set(own) <= set(MOODS), verb
        made = set(verb_forms(verb, {**table, "forms": {}})) if any(map(verb.endswith, table["conjugation"])) else set()
        assert {(form, mood) for mood, listed in own.items() for form in listed} != made, verb


@pytest.mark.parametrize(
    ("code", "word", "forms"),
    [
        ("es", "ruso", {("ruso", False), ("rusa", False), ("rusos", True), ("rusas", True)}),
        ("es", "francés", {("francés", False), ("francesa", False), ("franceses", True), ("francesas", True)}),
        ("fr", "italien", {("italien", False), ("italienne", False), ("italiens", True), ("italiennes", True)}),
        ("pt", "espanhol", {("espanhol", False), ("espanhola", False), ("espanhóis", True), ("espanholas", True)}),
    ],
)
def test_an_adjective_has_its_genders_and_plurals(code: str, word: str, forms: set[tuple[str, bool]]) -> None:
    assert set(adjective_forms(word, grammar(code).table["adjectives"])) == forms


@given(
    st.text(max_size=20), st.dictionaries(st.text(max_size=3), st.lists(st.text(max_size=4), max_size=4), max_size=5)
)
def test_any_word_is_a_form_of_itself(word: str, rules: dict[str, list[str]]) -> None:
    assert next(adjective_forms(word, rules)) == (word, False)
