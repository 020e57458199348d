"""Parties that no noun phrase in a case names."""

from __future__ import annotations

from tests.unit.events.reading import read, told


def test_whose_attack_it_was_did_the_killing() -> None:
    assert told("ur", "روسی فوج کے حملے میں یوکرین کے 8 فوجی ہلاک ہوگئے۔") == ["ASSAULT RUS>UKR"]
    assert told("hi", "सीरिया में इजरायली हमले में ईरान के दो सैनिक मारे गए।") == ["ASSAULT ISR>IRN"]


def test_the_genitive_of_a_death_is_the_victim() -> None:
    (death,) = read("hi", "सीमा पर गोलीबारी में पाकिस्तानी सैनिकों की मौत हुई।")
    assert (death.actors, [r.country for r in death.recipients]) == ((), ["PAK"])


def test_people_are_arrested_by_the_state_in_which_they_are() -> None:
    assert told("ur", "قبرص میں دو اسرائیلی شہری گرفتار کر لیے گئے۔") == ["COERCE/arrest CYP>ISR"]


def test_the_doer_is_condemned_and_not_who_was_attacked() -> None:
    assert told("hi", "मिस्र ने लेबनान पर इजरायली हमले की निंदा की।") == ["ACCUSE/disapprove EGY>ISR"]


def test_an_event_within_one_state_is_placed_in_it() -> None:
    (blame,) = read("ur", "ترک صدر نے ترک اپوزیشن پر تنقید کی۔")
    assert blame.event_location is not None
    assert (blame.event_location.country, blame.event_location.basis) == ("TUR", "document")
