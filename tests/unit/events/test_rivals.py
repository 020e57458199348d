"""Politicians who deal with each other in words."""

from __future__ import annotations

from pipeline.events.chunks import Chunk
from pipeline.events.rivals import are_rivals, may_demand, may_deploy
from tests.unit.events.reading import told

SENATOR = Chunk(0, 1, "person", country="USA", sector="LEG", office="senator", person="A")
PARTY = Chunk(2, 3, "organisation", country="USA", sector="PTY", organisation="democratic party")
ARMY = Chunk(2, 3, "body", country="USA", sector="MIL", office="army")


def test_politicians_and_parties_are_rivals_and_armies_are_none() -> None:
    assert are_rivals((SENATOR,), (PARTY,))
    assert not are_rivals((SENATOR,), (ARMY,))
    assert not are_rivals((SENATOR,), (SENATOR,))
    assert not are_rivals((), (PARTY,))


def test_a_politician_asks_something_of_a_party_of_the_same_country() -> None:
    assert may_demand(SENATOR, PARTY)
    assert not may_demand(SENATOR, ARMY)


def test_those_without_a_state_have_no_troops() -> None:
    assert not may_deploy((SENATOR,))
    assert may_deploy((ARMY,))


def test_an_attack_of_a_politician_on_a_party_is_one_in_words() -> None:
    assert told("en", "US Senator Ted Cruz attacked Democrats.") == ["ACCUSE/disapprove USA>USA"]
    assert told("en", "Russian troops attacked Ukraine.") == ["ASSAULT RUS>UKR"]
