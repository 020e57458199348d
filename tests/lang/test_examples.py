from __future__ import annotations

import pytest

from pipeline.events.lexicon import lexicon
from pipeline.events.ontology import ontology
from pipeline.resources import language_toml, languages
from tests.lang.examples import Example, examples, found, written

CODED = [code for code in languages() if lexicon(code) is not None]
ALL = [example for code in CODED for example in examples(code)]
LEAST = {"ur": 60, "hi": 60, "es": 90, "fr": 75, "pt": 75, "de": 70, "fa": 85, "tr": 75, "bn": 75, "zh": 100}


@pytest.mark.parametrize("example", ALL, ids=str)
def test_an_example_gives_the_events_it_names(example: Example) -> None:
    dates = any("@" in event for event in example.events)
    assert sorted(written(m, date=dates) for m in found(example)) == sorted(example.events)


@pytest.mark.parametrize(("code", "least"), LEAST.items())
def test_a_language_has_examples_of_every_type_and_of_none(code: str, least: int) -> None:
    own = list(examples(code))
    types = {event.split()[0].split("/")[0] for example in own for event in example.events}
    assert len(own) >= least
    assert types == set(ontology().types)
    assert sum(not example.events for example in own) >= least // 5


@pytest.mark.parametrize("code", CODED)
def test_a_language_with_a_coder_has_examples(code: str) -> None:
    assert any(True for _ in examples(code))


@pytest.mark.parametrize("code", CODED)
def test_a_language_says_how_far_it_is_to_be_trusted(code: str) -> None:
    stability = language_toml(code, "meta").get("stability", "stable")
    assert stability in {"stable", "experimental"}
    told = next(mentions for example in examples(code) if (mentions := found(example)))
    assert {"-experimental" in mention.coder for mention in told} == {stability == "experimental"}
