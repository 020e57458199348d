"""Demonstrators whom the lead names are a protest, also where no verb says so."""

from __future__ import annotations

import pytest

from tests.unit.events.reading import told

LEAD = {
    "en": "The government met on Friday. Demonstrators waved flags outside the parliament in Nairobi.",
    "es": "Manifestantes quemaron banderas estadounidenses en Teherán.",
    "ru": "Полиция Кении задержала депутата. Демонстранты кричали у здания парламента в Найроби.",
}


@pytest.mark.parametrize(("language", "country"), [("en", "KEN"), ("es", "IRN"), ("ru", "KEN")])
def test_demonstrators_of_the_lead_are_a_protest_where_they_are(language, country):
    assert f"PROTEST/demo {country}>-" in told(language, LEAD[language])


@pytest.mark.parametrize(
    "text",
    [
        "The government met in Nairobi. If demonstrators wave flags outside the parliament, it will meet again.",
        "The government met in Nairobi. A crowd waited outside the parliament of Kenya.",
        "The government met in Nairobi. In 1998 demonstrators waved flags outside the parliament of Kenya.",
        "The government met in Nairobi. The minister went home. He slept. He woke. Demonstrators waved flags in Kenya.",
    ],
)
def test_what_is_only_possible_past_somebody_else_or_background_is_none(text):
    assert not [event for event in told("en", text) if event.startswith("PROTEST")]


def test_a_protest_that_a_verb_tells_of_is_told_once():
    text = "Demonstrators waved flags in Nairobi. Thousands protested against the government in Nairobi on Friday."
    assert len([event for event in told("en", text) if event.startswith("PROTEST")]) == 1
