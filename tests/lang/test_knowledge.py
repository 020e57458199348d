"""The tables of pipeline/knowledge hold together."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import pytest
from babel import Locale

from pipeline.events.gazetteer import ELECTED
from pipeline.resources import knowledge_rows, knowledge_toml, language_rows
from tests.paths import ROOT

FOLDER = ROOT / "pipeline" / "knowledge"
TABLES = ("countries", "groups", "officeholders", "offices", "organisations", "places", "places_extra")
DAY = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


def states() -> dict[str, tuple[str, ...]]:
    return {row[0]: row for row in knowledge_rows("countries")}


def bodies() -> set[str]:
    return {row[0] for table in ("countries", "organisations", "groups") for row in knowledge_rows(table)}


@pytest.mark.parametrize("table", TABLES)
def test_a_table_says_where_it_comes_from_and_is_sorted_without_repeats(table: str) -> None:
    text = (FOLDER / f"{table}.tsv").read_text(encoding="utf-8")
    rows = list(knowledge_rows(table))
    assert text.startswith("# source: ")
    assert text.endswith("\n")
    assert unicodedata.is_normalized("NFC", text)
    assert rows == sorted(set(rows))
    assert all(cell == cell.strip() for row in rows for cell in row)


@pytest.mark.parametrize("table", [t for t in TABLES if t != "officeholders"])
def test_the_first_column_is_a_key(table: str) -> None:
    keys = [row[0] for row in knowledge_rows(table)]
    assert len(keys) == len(set(keys))


def test_all_territories_of_iso_3166_and_kosovo_are_there() -> None:
    known = {row[1] for row in knowledge_rows("countries")}
    not_iso = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
    cldr = {code for code in Locale("en").territories if code.isalpha() and len(code) == 2}
    assert len(known) == 250
    assert known == cldr - not_iso


def test_the_united_nations_have_193_members_and_two_observers() -> None:
    member = [row[5] for row in knowledge_rows("countries")]
    assert member.count("member") == 193
    assert member.count("observer") == 2
    assert set(member) == {"member", "observer", "territory", "other"}


def test_territories_belong_to_a_member_and_states_to_themselves() -> None:
    for iso3, row in states().items():
        if row[5] == "territory":
            assert states()[row[2]][5] == "member", iso3
        elif iso3 not in {"XKX", "ESH"}:
            assert row[2] == iso3
    expected = {"XKX": "KOS", "PSE": "PSE", "HKG": "HKG", "TWN": "TWN", "PRI": "USA", "ESH": "MAR"}
    assert {iso3: states()[iso3][2] for iso3 in expected} == expected


def test_every_member_has_a_capital_with_its_place() -> None:
    places = {row[0] for row in knowledge_rows("places")}
    for iso3, row in states().items():
        if row[5] == "member" and iso3 != "PLW":
            assert row[6], iso3
            assert row[7] in places, iso3


def test_coordinates_are_on_the_globe() -> None:
    for row in knowledge_rows("places"):
        assert -90 <= float(row[3]) <= 90, row
        assert -180 <= float(row[4]) <= 180, row
    for row in knowledge_rows("countries"):
        if row[7]:
            assert -90 <= float(row[8]) <= 90, row
            assert -180 <= float(row[9]) <= 180, row


def test_places_are_of_known_states_and_kinds() -> None:
    for place, name, iso3, _, _, population, kind in knowledge_rows("places"):
        assert name, place
        assert iso3 in states() or (iso3 == "" and kind == "water"), place
        assert kind in {"capital", "city", "region", "site", "water"}, place
        assert int(population) >= 0
        assert place.isdigit() == (kind in {"capital", "city"}), place


def test_the_gazetteer_is_small() -> None:
    files = [FOLDER / "places.tsv", *(FOLDER.parent / "lang" / code / "places.tsv" for code in ("ur", "hi", "en"))]
    assert sum(file.stat().st_size for file in files) < 1_500_000


@pytest.mark.parametrize(
    ("place", "lat", "lon"),
    [
        ("Islamabad", 33.7, 73.0),
        ("New Delhi", 28.6, 77.2),
        ("Davos", 46.8, 9.8),
        ("Camp David", 39.6, -77.5),
        ("Moscow", 55.75, 37.6),
    ],
)
def test_a_well_known_place_is_where_it_is(place: str, lat: float, lon: float) -> None:
    found = [row for row in knowledge_rows("places") if row[1] == place]
    assert any(abs(float(row[3]) - lat) < 0.2 and abs(float(row[4]) - lon) < 0.2 for row in found)


def test_sectors_and_codes_are_those_of_plover() -> None:
    table = knowledge_toml("plover")
    sectors, nonstate = set(table["sectors"]), set(table["nonstate"])
    for office, sector, rank, kind, exclusive in knowledge_rows("offices"):
        assert sector in sectors | {"IGO"}, office
        assert rank in "12345"
        assert kind in {"person", "persons", "body"}, office
        assert exclusive in {"yes", "no"}
        assert kind == "person" or exclusive == "no", office
    for organisation, code, sector in knowledge_rows("organisations"):
        assert code in nonstate, organisation
        assert sector in sectors | {""}, organisation
    for group, iso3, sector, second, code in knowledge_rows("groups"):
        assert iso3 in states() or (iso3 == "" and code), group
        assert sector in sectors, group
        assert second in sectors | nonstate | {""}, group
        assert code in {"", "IMG", "ISM"}, group


def test_partially_recognised_entities_belong_to_the_state_that_claims_them() -> None:
    second = {row[0]: (row[1], row[3]) for row in knowledge_rows("groups")}
    expected = {
        "abkhazia": "GEO", "south ossetia": "GEO", "donetsk people's republic": "UKR", "luhansk people's republic": "UKR",
        "nagorno-karabakh": "AZE", "northern cyprus": "CYP", "transnistria": "MDA", "somaliland": "SOM", "polisario": "MAR",
    }  # fmt: skip
    assert {name: second[name] for name in expected} == {name: (iso3, "PRE") for name, iso3 in expected.items()}


def test_office_holders_have_known_bodies_offices_and_dates_in_order() -> None:
    offices = {row[0] for row in knowledge_rows("offices")}
    for body, office, since, until, person in knowledge_rows("officeholders"):
        assert body in bodies(), person
        assert office in offices, person
        assert DAY.fullmatch(since), person
        assert until == "" or (DAY.fullmatch(until) and since < until), person


def test_an_exclusive_office_has_one_holder_at_a_time() -> None:
    exclusive = {row[0] for row in knowledge_rows("offices") if row[4] == "yes"}
    terms = defaultdict(list)
    for body, office, since, until, person in knowledge_rows("officeholders"):
        if office in exclusive:
            terms[body, office].append((since, until, person))
    for key, held in terms.items():
        for (_, until, _), (since, _, _) in pairwise(sorted(held)):
            assert until, key
            assert until <= since, key


def test_nobody_holds_an_office_after_the_day_of_the_table() -> None:
    head = (FOLDER / "officeholders.tsv").read_text(encoding="utf-8").splitlines()[0]
    day = re.search(r"as of (\S+):", head)
    assert day
    assert all(max(row[2], row[3]) <= day[1] for row in knowledge_rows("officeholders"))


@pytest.mark.parametrize(
    ("body", "office", "day", "person"),
    [
        ("PAK", "foreign minister", "2021-04-07", "Shah Mahmood Qureshi"),
        ("PAK", "prime minister", "2021-04-07", "Imran Khan"),
        ("PAK", "army chief", "2021-04-07", "Qamar Javed Bajwa"),
        ("RUS", "foreign minister", "2021-04-07", "Sergei Lavrov"),
        ("IND", "prime minister", "2018-09-30", "Narendra Modi"),
        ("USA", "president", "2018-09-30", "Donald Trump"),
        ("USA", "president", "2022-02-24", "Joe Biden"),
        ("GBR", "prime minister", "2022-10-01", "Liz Truss"),
        ("united nations", "secretary general", "2016-06-01", "Ban Ki-moon"),
    ],
)
def test_the_holder_on_a_day_is_found(body: str, office: str, day: str, person: str) -> None:
    held = [
        r[4] for r in knowledge_rows("officeholders") if r[:2] == (body, office) and r[2] <= day <= (r[3] or "9999")
    ]
    assert held == [person]


def test_at_least_sixty_states_have_office_holders() -> None:
    assert len({row[0] for row in knowledge_rows("officeholders")} & set(states())) >= 60


@pytest.mark.parametrize(("code", "since"), [("ur", "2015"), ("hi", "2015"), ("en", "")])
def test_every_office_holder_of_these_years_has_a_name_in_the_language(code: str, since: str) -> None:
    held = knowledge_rows("officeholders")
    named = {row[1] for row in language_rows(code, "persons")}
    elected = {row[0] for row in knowledge_rows("offices") if row[1] in ELECTED} if code != "en" else set()
    asked = {row[4] for row in held if (not row[3] or row[3] >= since) and row[1] not in elected}
    assert asked <= named <= {row[4] for row in held}


def test_no_file_of_the_folder_is_forgotten() -> None:
    tested = {f"{table}.tsv" for table in TABLES}
    assert tested <= {path.name for path in Path(FOLDER).glob("*.tsv")}
