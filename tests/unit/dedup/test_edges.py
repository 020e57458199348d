import pytest

from pipeline.dedup.edges import Edges, edges
from tests.unit.dedup.articles import article
from tests.unit.dedup.texts import ENGLISH


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("BELMORA (Northern Press) - The minister", "belmoranorthernpress"),
        ("(Northern Press) The minister", "northernpress"),
        ("بلمورہ (شمالی پریس) وزیر نے", "بلمورہشمالیپریس"),
        ("（北方社）部长说", "北方社"),
        ("The minister (who is ill) spoke", "theministerwhoisill"),
        ("The minister of the northern province (who is ill) spoke", ""),
        ("Not so (minister) canals", ""),
        ("不（北方社）部长说", ""),
        ("The minister spoke.", ""),
        ("", ""),
    ],
)
def test_an_agency_is_found_before_a_text(text, letters):
    assert Edges(text).agency == letters


@pytest.mark.parametrize(
    ("text", "cut"), [("and so on...", True), ("and so […] ", True), ("the end.", False), ("", False)]
)
def test_dots_say_that_a_text_was_cut(text, cut):
    assert Edges(text).cut is cut


def test_sentences_end_in_stops_and_lines_of_a_list_do_not():
    assert Edges("Who won? Belmora.\nWinner\nSarn\nMr. Reed left!").stopped == {"whowon", "belmora", "mrreedleft"}


@pytest.mark.parametrize(
    ("dateline", "denies"), [("KARACHI (AP)", False), ("NOT KARACHI (AP)", True), ("نہیں کراچی", True)]
)
def test_a_dateline_that_denies_is_more_than_a_dateline(dateline, denies):
    assert Edges("", dateline).denies is denies


def test_the_dateline_is_read_from_its_segment():
    found = edges(article("a", f"KARACHI (Reuters) - {ENGLISH}", cut=True))
    assert found.dateline.startswith("KARACHI (Reuters)")
    assert found.body == ENGLISH
