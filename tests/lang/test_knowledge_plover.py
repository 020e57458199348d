"""The PLOVER table: classes, scores, modes and codes of the manual, with its misprints put right."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from pipeline.resources import knowledge_toml
from schemas.event import Auxiliary, EventType

QUAD = {
    1: "AGREE CONSULT SUPPORT CONCEDE",
    2: "COOPERATE AID RETREAT",
    3: "REQUEST ACCUSE REJECT THREATEN",
    4: "PROTEST SANCTION MOBILIZE COERCE ASSAULT",
}
TYPE_SCORES = {
    "AGREE": 2.5, "CONSULT": 2.5, "SUPPORT": 5, "CONCEDE": 4.5, "COOPERATE": 9.5, "AID": 10, "RETREAT": 6.5, "REQUEST": 0,
    "ACCUSE": -3, "REJECT": -2, "THREATEN": -3.5, "PROTEST": -5, "SANCTION": -6, "MOBILIZE": -5.5, "COERCE": -7, "ASSAULT": -9,
}  # fmt: skip
MODE_SCORES = {
    "CONSULT": {"visit": 4, "third-party": 1, "multilateral": 4, "phone": 1.5},
    "RETREAT": {"withdraw": 8, "release": 6.5, "disarm": 10, "ceasefire": 7.5, "access": 6.5, "resign": 4.5},
    "REQUEST": {"assist": 0.5, "change": -1, "yield": -1, "meet": 0},
    "ACCUSE": {"disapprove": -2, "investigate": -3.5, "allege": -3.5},
    "REJECT": {"assist": -1.5, "change": -2, "yield": -2, "meet": -2},
    "THREATEN": {"restrict": -3, "arrest": -3.5, "relations": -3.5, "expel": -3.5, "territory": -4, "violence": -3.5},
    "PROTEST": {"demo": -5, "riot": -7, "strike": -5, "hunger": -4.5, "boycott": -4.5, "obstruct": -4.5, "vandalize": -5},
    "SANCTION": {"convict": -6, "expel": -5.5, "withdraw": -6, "discontinue": -6},
    "MOBILIZE": {"troops": -6.5, "weapons": -6.5, "police": -5.5, "militia": -6},
    "COERCE": {
        "seize": -7, "restrict": -7, "censor": -6.5, "curfew": -6.5, "martial-law": -7.5, "arrest": -7, "deport": -7,
        "withhold": -7, "misinformation": -6.5, "cyber": -7,
    },
    "ASSAULT": {
        "abduct": -8.5, "beat": -7.5, "torture": -8.5, "sexual": -8.5, "targeted": -9.5, "destroy": -8.5, "primitive": -8,
        "firearms": -9, "explosives": -9, "suicide-attack": -9.5, "aerial": -9.5, "drone": -9.5, "heavy-weapons": -9.5,
        "crowd-control": -7.5, "unconventional": -10,
    },
}  # fmt: skip
CONTEXTS = """military intelligence executive legislative election political_institutions pro_democracy pro_autocracy economic legal
    reparations human_rights rights_freedoms repression human_security gender lgbt religion_ethnicity inequality diplomatic territory
    peacekeeping health asylum migration disasters natural_resource environment technology terrorism cbrn cyber misinformation crime
    corruption illegal_drugs trafficking"""
SECTORS = "COP GOV JUD LEG MIL PRM PTY REB SPY UAF UNK AGR BUS CRM CVL EDU ELI JRN LAB MED REF OPP PRE REL SOC"


def types() -> dict[str, Any]:
    return knowledge_toml("plover")["types"]


def test_the_types_are_those_of_the_records() -> None:
    assert set(types()) == set(get_args(EventType))
    assert set(knowledge_toml("plover")["auxiliary"]) == set(get_args(Auxiliary))


@pytest.mark.parametrize(("quad", "names"), QUAD.items())
def test_each_type_has_the_quad_class_of_the_manual(quad: int, names: str) -> None:
    assert {name for name, row in types().items() if row["quad"] == quad} == set(names.split())


@pytest.mark.parametrize(("name", "score"), TYPE_SCORES.items())
def test_each_type_has_its_score(name: str, score: float) -> None:
    assert types()[name]["intensity"] == score


@pytest.mark.parametrize("name", TYPE_SCORES)
def test_each_mode_has_its_score(name: str) -> None:
    assert {mode: row["intensity"] for mode, row in types()[name]["modes"].items()} == MODE_SCORES.get(name, {})


def test_the_misprint_of_accuse_is_put_right() -> None:
    accuse = types()["ACCUSE"]
    assert accuse["intensity"] == -3
    assert all(mode["intensity"] < 0 for mode in accuse["modes"].values())


def test_superseded_scores_and_retired_modes_are_gone() -> None:
    scores = {row["intensity"] for row in types().values()}
    modes = {mode for row in types().values() for mode in row["modes"]}
    assert not scores & {-9.3, -7.2, -6.6, 7.6, 7.4, 6.8}
    assert not modes & {
        "ease",
        "return",
        "ban",
        "pro_autocracy",
        "political",
        "assassinate",
        "massacre",
        "cleansing",
        "sideAB",
    }


def test_the_future_of_cooperation_is_agreement_and_that_of_retreat_is_concession() -> None:
    future = {name: row["future"] for name, row in types().items()}
    changed = {name: to for name, to in future.items() if name != to}
    assert changed == {
        "CONSULT": "AGREE",
        "SUPPORT": "AGREE",
        "COOPERATE": "AGREE",
        "AID": "AGREE",
        "RETREAT": "CONCEDE",
    }


def test_only_three_types_require_a_recipient() -> None:
    assert {name for name, row in types().items() if row["recipient"]} == {"COOPERATE", "AID", "SANCTION"}


def test_codes_are_cameo_and_never_a_plain_statement() -> None:
    codes = [row["cameo"] for row in types().values()] + [
        m["cameo"] for row in types().values() for m in row["modes"].values()
    ]
    assert all(code.isdigit() and 3 <= len(code) <= 4 and 3 <= int(code[:2]) <= 20 for code in codes)


@pytest.mark.parametrize(
    ("name", "roots"),
    {
        "AGREE": {"03"}, "CONSULT": {"04"}, "SUPPORT": {"05"}, "COOPERATE": {"06"}, "AID": {"07"}, "CONCEDE": {"08"}, "RETREAT": {"08"},
        "REQUEST": {"10"}, "ACCUSE": {"09", "11"}, "REJECT": {"12"}, "THREATEN": {"13"}, "PROTEST": {"14"}, "MOBILIZE": {"15"},
        "SANCTION": {"11", "16"}, "COERCE": {"17"}, "ASSAULT": {"17", "18", "19", "20"},
    }.items(),
)  # fmt: skip
def test_codes_have_the_roots_of_their_type(name: str, roots: set[str]) -> None:
    row = types()[name]
    assert {code[:2] for code in (row["cameo"], *(mode["cameo"] for mode in row["modes"].values()))} <= roots


def test_contexts_sectors_and_codes_beside_states_are_complete() -> None:
    table = knowledge_toml("plover")
    assert set(table["contexts"]) == set(CONTEXTS.split())
    assert len(table["contexts"]) == 37
    assert set(table["sectors"]) == set(SECTORS.split())
    assert len(table["sectors"]) == 25
    assert set(table["nonstate"]) == {"IGO", "UNO", "EUR", "NGO", "ISM", "IMG", "MNC"}


def test_modes_that_add_a_context_name_a_known_one() -> None:
    table = knowledge_toml("plover")
    added = {mode["context"] for row in types().values() for mode in row["modes"].values() if "context" in mode}
    assert added == {"misinformation", "cyber"}
    assert added <= set(table["contexts"])


def test_names_of_older_codebooks_lead_to_types_and_modes() -> None:
    for old, new in knowledge_toml("plover")["former"].items():
        assert old not in types()
        assert new["type"] in types()
        assert new.get("mode") is None or new["mode"] in types()[new["type"]]["modes"]
