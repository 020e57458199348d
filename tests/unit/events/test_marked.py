"""Parties told by markers before them, by their endings, or by their order alone: Pashto and Ukrainian."""

from __future__ import annotations

import pytest

from tests.unit.events.reading import read, told


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("چاډ د پیرو غندنه وکړه.", ["ACCUSE/disapprove TCD>PER"]),
        ("د چاډ حکومت د پیرو غندنه وکړه.", ["ACCUSE/disapprove TCD>PER"]),
        ("چاډ پر پیرو بندیزونه ولګول.", ["SANCTION/discontinue TCD>PER"]),
        ("چاډ له پیرو وغوښتل چې سوله وکړي.", ["REQUEST TCD>PER"]),
    ],
)
def test_a_marker_before_a_noun_shows_its_case_where_none_stands_behind(text: str, events: list[str]) -> None:
    assert told("ps", text) == events


def test_the_marker_of_an_owner_is_not_that_of_its_officer() -> None:
    (mention,) = read("ps", "د چاډ ولسمشر پیرو ته سفر وکړ.")
    assert [actor.office for actor in mention.actors] == ["president"]


def test_what_another_state_owns_is_not_the_subject_s() -> None:
    assert told("ps", "چاډ د پیرو حکومت په رسمیت وپېژانده.") == ["SUPPORT TCD>PER"]


def test_the_second_of_two_bare_nouns_is_the_object() -> None:
    assert told("ps", "د چاډ پوځ د پیرو ډیپلوماتان وشړل.") == ["SANCTION/expel TCD>PER"]


@pytest.mark.parametrize("text", ["Журналіста затримано поліцією Перу.", "Журналіст був затриманий поліцією Перу."])
def test_what_suffers_may_be_marked_as_the_object(text: str) -> None:
    assert told("uk", text) == ["COERCE/arrest PER>PER"]


def test_a_number_may_stand_between_a_preposition_and_its_noun() -> None:
    assert told("uk", "Чад запровадив санкції проти 50 перуанських компаній.") == ["SANCTION/discontinue TCD>PER"]


def test_a_plural_verb_behind_a_place_has_its_government_for_a_subject() -> None:
    assert told("uk", "У Перу засудили рішення Чаду.") == ["ACCUSE/disapprove PER>TCD"]
