"""Who acts in English: shared subjects, pronouns, speakers, owners of an attack."""

from __future__ import annotations

import pytest

from tests.unit.events.reading import read, told


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("Peru thanked Chile and accused Cuba of spying.", ["ACCUSE/allege PER>CUB", "SUPPORT PER>CHL"]),
        ("Peru, which thanked Chile, accused Cuba of spying.", ["ACCUSE/allege PER>CUB", "SUPPORT PER>CHL"]),
        ("Accusing Chad of spying, Mali expelled its ambassador.", ["ACCUSE/allege MLI>TCD"]),
        ("Peru condemned Chile, accusing Cuba of arming it.", ["ACCUSE/allege PER>CUB", "ACCUSE/disapprove PER>CHL"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_verb_behind_a_comma_or_a_conjunction_goes_on_with_the_subject(text: str, events: list[str]) -> None:
    assert told("en", text) == events


@pytest.mark.parametrize(
    ("text", "actor"),
    [
        ("Peru said it had condemned Chile.", "it"),
        ('"We condemn Chile," said the foreign minister of Peru.', "foreign minister of Peru"),
        ("A Peruvian missile strike killed four soldiers in Chile.", "Peruvian"),
        ("Peru's warplanes bombed Chile.", "Peru's warplanes"),
        ("Allies of Cuba, including Peru, condemned Chile.", "Peru"),
    ],
)
def test_the_party_that_acts_is_found_where_it_is_named(text: str, actor: str) -> None:
    (mention,) = read("en", text)
    (one,) = mention.actors
    assert (one.text, one.country) == (actor, "PER")


def test_nobody_acts_where_a_bomb_is_the_subject() -> None:
    assert told("en", "A car bomb killed six soldiers in Chile.") == ["ASSAULT ->CHL"]


def test_an_object_pronoun_stands_for_the_side_that_does_not_act() -> None:
    assert told("en", "Peru hit back at Chile after accusing it of spying.")[0] == "ACCUSE/allege PER>CHL"
