"""Whose press an article without a declared country is from."""

from __future__ import annotations

from tests.unit.events.reading import read


def test_words_of_one_press_tell_the_country_of_bare_offices() -> None:
    (indian,) = read("ur", "لوک سبھا میں وزیراعظم نے ایران کے صدر کا شکریہ ادا کیا۔")
    (pakistani,) = read("ur", "قومی اسمبلی میں وزیراعظم نے ایران کے صدر کا شکریہ ادا کیا۔")
    assert (indian.actors[0].country, pakistani.actors[0].country) == ("IND", "PAK")


def test_background_in_the_pluperfect_counts_less_than_news() -> None:
    (news,) = read("ur", "ایران نے عراق پر حملہ کیا ہے۔")
    (background,) = read("ur", "ایران نے عراق پر حملہ کیا تھا۔")
    assert background.auxiliary == ("historical",)
    assert background.confidence < news.confidence


def test_a_clause_without_a_full_stop_ends_with_its_compound_verb() -> None:
    (gift,) = read("ur", "چین نے نیپال کو ویکسین بھیج دی ویکسین ہسپتالوں میں رکھی گئی۔")
    assert gift.event_type == "AID"
