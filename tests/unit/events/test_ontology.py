from __future__ import annotations

import pytest

from pipeline.events.lexicon import lexicon
from pipeline.events.ontology import ontology
from pipeline.events.triggers import triggers
from pipeline.resources import ResourceError, languages

CODED = [code for code in languages() if lexicon(code) is not None]


def test_quad_classes_follow_the_manual() -> None:
    plover = ontology()
    quads = {number: {name for name in plover.types if plover.quad(name) == number} for number in (1, 2, 3, 4)}
    assert quads[1] == {"AGREE", "CONSULT", "SUPPORT", "CONCEDE"}
    assert quads[2] == {"COOPERATE", "AID", "RETREAT"}
    assert quads[3] == {"REQUEST", "ACCUSE", "REJECT", "THREATEN"}
    assert quads[4] == {"PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT"}


def test_an_accusation_is_negative_whatever_the_manual_prints() -> None:
    assert ontology().intensity("ACCUSE", None) == -3.0


@pytest.mark.parametrize("name", ["CONSULT", "SUPPORT", "COOPERATE", "AID"])
def test_cooperation_in_the_future_is_agreement(name: str) -> None:
    assert ontology().in_future(name) == "AGREE"


def test_a_mode_changes_the_intensity() -> None:
    assert ontology().intensity("CONSULT", "phone") == 1.5
    assert ontology().intensity("CONSULT", "visit") == 4.0


@pytest.mark.parametrize("code", CODED)
def test_every_trigger_has_a_type_a_mode_and_a_code_of_the_ontology(code: str) -> None:
    for act in triggers(code):
        assert ontology().knows(act.type, act.mode)
        assert act.cameo.isdigit()


@pytest.mark.parametrize("code", CODED)
def test_the_triggers_of_a_language_cover_all_types(code: str) -> None:
    assert {act.type for act in triggers(code)} == set(ontology().types)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"id": "a", "type": "CONSULT", "frame": "mutual", "wrods": []}, "wrods"),
        ({"id": "a", "type": "MEET", "frame": "mutual"}, "MEET"),
        ({"id": "a", "type": "CONSULT", "frame": "circle"}, "circle"),
        ({"id": "a", "type": "CONSULT", "frame": "mutual", "needs": "nothing"}, "nothing"),
        ({"id": "a", "type": "CONSULT", "frame": "mutual", "mode": "beat"}, "beat"),
    ],
)
def test_a_wrong_trigger_is_named(monkeypatch: pytest.MonkeyPatch, row: dict[str, object], said: str) -> None:
    frames = {"frames": {"mutual": {}}}
    tables = {"triggers": {"trigger": [row], "lists": {}}, "grammar": frames}
    monkeypatch.setattr("pipeline.events.triggers.language_toml", lambda _, name: tables[name])
    with pytest.raises(ResourceError, match=said):
        triggers.__wrapped__("xx")
