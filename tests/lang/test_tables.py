"""The tables of a language: sources, order, letters, keys, and what must be in them."""

from __future__ import annotations

import re
import unicodedata

import pytest
from babel import Locale

from pipeline.resources import Row, knowledge_rows, language_rows
from pipeline.text.normalise import normalise
from tests.paths import ROOT

CODES = ("ur", "hi", "en")
# Languages that share the names English has: their own tables hold what differs.
SHARING = ("es", "fr", "pt", "de")
BOTH = (*CODES, *SHARING)
TABLES = (
    "countries", "demonyms", "groups", "months", "numbers", "organisations", "persons", "places", "places_extra", "titles", "weekdays",
)  # fmt: skip
EVERY = [(code, table) for code in CODES for table in TABLES] + [
    (code, table) for code in SHARING for table in TABLES if language_rows(code, table)
]
# Urdu as typed in Pakistan: never Arabic yeh, kaf or heh, no vowel signs, no joiners.
URDU = re.compile(r"[ءآؤئابپتٹثجچحخدڈذرڑزژسشصضطظعغفقکگلمنںوہھیےۃ0-9 ().,+\u2019-]+")
HINDI = re.compile(r"[\u0901-\u0903\u0905-\u0939\u093c\u093e-\u094d0-9 ().,+-]+")
ENGLISH = re.compile(r"[A-Za-zÀ-ɏ0-9 .,'\u2018\u2019\u02bb()&+/\u2013-]+")
LETTERS = {"ur": URDU, "hi": HINDI, **dict.fromkeys(("en", *SHARING), ENGLISH)}
FLAGS = {
    "countries": {"common", "ambiguous", "upper"},
    "demonyms": {"common", "ambiguous", "people", "genitive"},
    "groups": {"common", "upper"},
    "months": {"common"},
    "numbers": {"common"},
    "organisations": {"common", "upper"},
    "persons": {"common", "single"},
    "places": {"common"},
    "places_extra": {"common", "drop"},
    "titles": {"body", "plural", "common"},
    "weekdays": {"common"},
}


def keys(table: str) -> set[str]:
    return {row[0] for row in knowledge_rows(table)}


def by_word(code: str, table: str) -> dict[str, Row]:
    return {row[0]: row for row in language_rows(code, table)}


@pytest.mark.parametrize(("code", "table"), EVERY)
def test_a_table_says_where_it_comes_from_and_is_sorted_without_repeats(code: str, table: str) -> None:
    text = (ROOT / "pipeline" / "lang" / code / f"{table}.tsv").read_text(encoding="utf-8")
    rows = list(language_rows(code, table))
    assert text.startswith("# source: ")
    assert unicodedata.is_normalized("NFC", text)
    assert rows == sorted(set(rows))
    assert all(cell == cell.strip() and "  " not in cell for row in rows for cell in row)


@pytest.mark.parametrize(("code", "table"), [e for e in EVERY if not e[1].startswith("places")])
def test_a_word_stands_once_in_a_table(code: str, table: str) -> None:
    words = [row[0] for row in language_rows(code, table)]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(("code", "table"), EVERY)
def test_words_have_only_letters_of_their_language(code: str, table: str) -> None:
    assert [row[0] for row in language_rows(code, table) if not LETTERS[code].fullmatch(row[0])] == []


@pytest.mark.parametrize(("code", "table"), EVERY)
def test_flags_are_known_and_sorted(code: str, table: str) -> None:
    for row in language_rows(code, table):
        flags = [flag for flag in row[-1].split(",") if flag]
        assert set(flags) <= FLAGS[table], row
        assert flags == sorted(set(flags)), row


@pytest.mark.parametrize(("code", "table"), [e for e in EVERY if not e[1].startswith(("places", "persons"))])
def test_words_that_are_one_after_normalisation_mean_one_thing(code: str, table: str) -> None:
    meaning: dict[str, str] = {}
    for row in language_rows(code, table):
        word = normalise(row[0]).text
        assert word
        assert meaning.setdefault(word, row[1]) == row[1], row


@pytest.mark.parametrize("code", BOTH)
def test_states_offices_bodies_and_persons_are_known(code: str) -> None:
    states = keys("countries")
    assert {row[1] for row in language_rows(code, "countries")} <= states
    assert {row[1] for row in language_rows(code, "demonyms")} <= states
    assert {row[1] for row in language_rows(code, "organisations")} <= keys("organisations")
    assert {row[1] for row in language_rows(code, "groups")} <= keys("groups")
    assert {row[1] for row in language_rows(code, "places")} <= keys("places")
    assert {row[1] for row in language_rows(code, "places_extra")} <= keys("places") | {"*"}


@pytest.mark.parametrize("code", BOTH)
def test_titles_agree_with_the_offices(code: str) -> None:
    offices = {row[0]: row for row in knowledge_rows("offices")}
    modifiers = {"+former", "+deputy", "+acting", "+elect", "+late", "+opposing", "+visiting", "+senior", "+honorific"}
    for phrase, office, sector, rank, flags in language_rows(code, "titles"):
        if office.startswith("+"):
            assert office in modifiers, phrase
            assert sector == rank == flags == "", phrase
        else:
            assert (sector, rank) == offices[office][1:3], phrase
            assert ("body" in flags) == (offices[office][3] == "body"), phrase


@pytest.mark.parametrize("code", BOTH)
def test_every_office_has_a_word(code: str) -> None:
    assert keys("offices") <= {row[1] for row in language_rows(code, "titles")}


@pytest.mark.parametrize("code", BOTH)
def test_every_member_of_the_united_nations_has_a_demonym_and_a_name(code: str) -> None:
    territories = Locale(code).territories
    named = {row[1] for row in language_rows(code, "countries")}
    members = {row[0]: row[1] for row in knowledge_rows("countries") if row[5] in {"member", "observer"}}
    assert set(members) | {"TWN", "XKX", "HKG"} <= {row[1] for row in language_rows(code, "demonyms")}
    assert all(iso2 in territories or iso3 in named for iso3, iso2 in members.items())


@pytest.mark.parametrize("code", CODES)
def test_every_organisation_has_a_name(code: str) -> None:
    assert keys("organisations") == {row[1] for row in language_rows(code, "organisations")}


@pytest.mark.parametrize("code", BOTH)
def test_no_name_of_a_state_in_cldr_is_given_to_another_state(code: str) -> None:
    own = by_word(code, "countries")
    for row in knowledge_rows("countries"):
        name = Locale(code).territories.get(row[1])
        if name in own:
            assert own[name][1] == row[0], name


@pytest.mark.parametrize("code", BOTH)
def test_a_demonym_is_no_name_of_another_state(code: str) -> None:
    names = {row[0]: row[1] for row in language_rows(code, "countries") if row[2] == "name"}
    assert [r for r in language_rows(code, "demonyms") if names.get(r[0], r[1]) != r[1]] == []


@pytest.mark.parametrize("code", BOTH)
def test_kinds_and_sectors_of_country_names_fit(code: str) -> None:
    for name, _, kind, sector, _ in language_rows(code, "countries"):
        assert kind in {"name", "short", "capital", "seat"}, name
        assert (sector != "") == (kind in {"capital", "seat"}), name
        assert sector in {"", "GOV", "MIL", "LEG", "SPY", "COP", "JUD"}, name


@pytest.mark.parametrize("code", BOTH)
def test_numbers_run_from_nought_to_ninety_nine_and_on_to_the_multipliers(code: str) -> None:
    cardinal = {row[1] for row in language_rows(code, "numbers") if row[2] == "cardinal"}
    multiplier = {float(row[1]) for row in language_rows(code, "numbers") if row[2] == "multiplier"}
    kinds = {row[2] for row in language_rows(code, "numbers")}
    assert {str(n) for n in range(100)} <= cardinal
    assert {1e2, 1e3, 1e5, 1e6, 1e7, 1e9, 1e12} <= multiplier
    assert kinds <= {"cardinal", "multiplier", "fraction", "offset", "ordinal", "vague", "all", "article"}


@pytest.mark.parametrize("code", BOTH)
def test_months_and_weekdays_are_in_range_and_agree_with_cldr(code: str) -> None:
    locale = Locale(code)
    months = {name: number for number, name in locale.months["format"]["wide"].items()}
    days = {name: number for number, name in locale.days["format"]["wide"].items()}
    for name, number, _ in language_rows(code, "months"):
        assert 1 <= int(number) <= 12
        assert months.get(name, int(number)) == int(number), name
    for name, number, _ in language_rows(code, "weekdays"):
        assert 0 <= int(number) <= 6
        assert days.get(name, int(number)) == int(number), name


@pytest.mark.parametrize(("code", "least"), [("ur", 120), ("hi", 120), ("en", 150)])
def test_there_are_enough_words_for_offices(code: str, least: int) -> None:
    assert sum(not row[1].startswith("+") for row in language_rows(code, "titles")) >= least


@pytest.mark.parametrize(
    ("code", "table", "word", "meaning"),
    [
        ("ur", "demonyms", "روسی", "RUS"),
        ("ur", "demonyms", "امریکی", "USA"),
        ("ur", "demonyms", "برطانوی", "GBR"),
        ("hi", "demonyms", "रूसी", "RUS"),
        ("hi", "demonyms", "अमेरिकी", "USA"),
        ("en", "demonyms", "Britons", "GBR"),
        ("ur", "countries", "امریکا", "USA"),
        ("ur", "countries", "یو اے ای", "ARE"),
        ("hi", "countries", "अमरीका", "USA"),
        ("en", "countries", "UAE", "ARE"),
        ("ur", "countries", "کریملن", "RUS"),
        ("hi", "countries", "व्हाइट हाउस", "USA"),
        ("ur", "titles", "وزیراعظم", "prime minister"),
        ("ur", "titles", "وزیر اعظم", "prime minister"),
        ("ur", "titles", "چیف آف آرمی اسٹاف", "army chief"),
        ("hi", "titles", "विदेश मंत्री", "foreign minister"),
        ("en", "titles", "Secretary of State", "foreign minister"),
        ("ur", "persons", "سرگئی لاروف", "Sergei Lavrov"),
        ("hi", "persons", "सर्गेई लावरोव", "Sergei Lavrov"),
        ("ur", "organisations", "سلامتی کونسل", "un security council"),
        ("hi", "groups", "भाजपा", "bjp"),
        ("ur", "numbers", "ننانوے", "99"),
        ("hi", "numbers", "उनतालीस", "39"),
        ("hi", "months", "सितम्बर", "9"),
    ],
)
def test_a_word_means_what_it_means(code: str, table: str, word: str, meaning: str) -> None:
    assert by_word(code, table)[unicodedata.normalize("NFC", word)][1] == meaning


@pytest.mark.parametrize(
    ("code", "table", "word"),
    [
        ("ur", "demonyms", "چینی"),
        ("ur", "demonyms", "مالی"),
        ("ur", "countries", "شام"),
        ("ur", "countries", "چلی"),
        ("ur", "numbers", "اسی"),
        ("hi", "demonyms", "चीनी"),
        ("hi", "demonyms", "तुर्की"),
        ("en", "demonyms", "Polish"),
        ("en", "countries", "Turkey"),
        ("ur", "places", "قم"),
        ("hi", "places", "पुरी"),
        ("en", "places", "Reading"),
        ("en", "places", "Nice"),
        ("en", "months", "May"),
    ],
)
def test_a_word_with_another_meaning_is_flagged(code: str, table: str, word: str) -> None:
    assert "common" in by_word(code, table)[word][-1].split(",")


@pytest.mark.parametrize("code", ["ur", "hi"])
def test_large_cities_of_pakistan_and_india_have_a_name(code: str) -> None:
    named = {row[1] for row in language_rows(code, "places")}
    missing = [
        r[1]
        for r in knowledge_rows("places")
        if r[2] in {"PAK", "IND"} and int(r[5]) >= 1_000_000 and r[0] not in named
    ]
    assert len(missing) <= 12, missing


@pytest.mark.parametrize("code", CODES)
def test_every_province_has_a_name(code: str) -> None:
    regions = {r[0] for r in knowledge_rows("places") if r[6] == "region" and r[2] in {"PAK", "IND"}}
    assert regions <= {row[1] for row in language_rows(code, "places")}
