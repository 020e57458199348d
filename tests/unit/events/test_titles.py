"""Offices with what verb-final languages put behind them without a marker."""

from __future__ import annotations

import pytest

from tests.unit.events.reading import read


def test_a_country_may_stand_bare_behind_an_office() -> None:
    (met,) = read("ur", "صدر تاجکستان نے چینی وزیر خارجہ سے ملاقات کی۔")
    assert ([a.country for a in met.actors], [a.country for a in met.recipients]) == (["TJK"], ["CHN"])
    assert met.reciprocal


def test_a_destination_is_no_owner_of_the_office_before_it() -> None:
    (trip,) = read("ur", "ترک وزیراعظم ایران پہنچ گئے۔")
    assert ([a.country for a in trip.actors], [a.country for a in trip.recipients]) == (["TUR"], ["IRN"])


def test_an_officer_has_the_country_of_the_place_named_before() -> None:
    (met,) = read("hi", "बगदाद के गवर्नर ने ईरान के राजदूत से मुलाकात की।")
    assert (met.actors[0].country, met.actors[0].country_basis) == ("IRQ", "explicit")


def test_words_that_are_also_names_belong_to_the_name_before_the_agent_marker() -> None:
    (met,) = read("hi", "नेपाल के प्रधानमंत्री लाल बहादुर कमल ने चीन के राजदूत से मुलाकात की।")
    assert met.actors[0].person == "लाल बहादुर कमल"


def test_members_of_a_group_may_be_counted() -> None:
    (arrest,) = read("ur", "ترک پولیس نے حماس کے 12 مشتبہ ارکان کو گرفتار کر لیا۔")
    assert (arrest.event_type, arrest.recipients[0].organisation) == ("COERCE", "hamas")


@pytest.mark.parametrize(
    ("language", "text", "office"),
    [
        ("en", "Deputy PM Rita Kamau met the Turkish ambassador in Nairobi.", "deputy prime minister"),
        ("en", "Peru's deputy trade minister met the Turkish ambassador in Lima.", "deputy trade minister"),
        ("en", "Peru's deputy foreign minister met the Turkish ambassador in Lima.", "deputy foreign minister"),
        ("ur", "ایران کے ڈپٹی وزیر تجارت نے ترکی کے سفیر سے ملاقات کی۔", "deputy trade minister"),
        ("hi", "ईरान के उप वाणिज्य मंत्री ने तुर्की के राजदूत से मुलाकात की।", "deputy trade minister"),
        ("de", "Der stellvertretende Handelsminister Perus traf den türkischen Botschafter in Lima.", "deputy trade minister"),
        ("en", "Peru's trade minister met the Turkish ambassador in Lima.", "trade minister"),
    ],
)  # fmt: skip
def test_who_stands_in_for_an_office_does_not_hold_it(language: str, text: str, office: str) -> None:
    (met, *_) = read(language, text)
    assert met.actors[0].office == office
