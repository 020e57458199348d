"""Tenses by auxiliaries: what has happened, what is to come, what has not."""

from __future__ import annotations

import pytest

from tests.unit.events.reading import told


@pytest.mark.parametrize(
    "text",
    [
        "Peru did not want Chile to be invaded by Bolivian troops.",
        "Peru has yet to sanction Chile.",
        "Peru would condemn Chile.",
        "The banned party of Peru met fans.",
        "Peru wants to expel the ambassador of Chile.",
    ],
)
def test_what_has_not_happened_is_no_event(text: str) -> None:
    assert told("en", text) == []


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("The president of Peru said he would visit Chile.", "AGREE PER>CHL future"),
        ("Peru said it would send food to Chile.", "AGREE PER>CHL future"),
        ("Peru said it would impose sanctions on Chile.", "THREATEN/restrict PER>CHL"),
        ("The parliament of Peru voted to condemn Chile.", "ACCUSE/disapprove PER>CHL"),
        ("Farmers in Peru block roads.", "PROTEST/obstruct PER>-"),
        ("Peru said it would not talk to Chile.", "REJECT PER>CHL"),
        ("The minister of Peru said Chile must withdraw.", "REQUEST PER>CHL"),
    ],
)
def test_auxiliaries_say_what_a_verb_amounts_to(text: str, event: str) -> None:
    assert told("en", text) == [event]


def test_a_headline_leaves_out_was() -> None:
    assert told("en", "", title="Peruvian opposition leader arrested in Chile") == ["COERCE/arrest CHL>PER"]
