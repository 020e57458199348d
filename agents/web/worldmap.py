"""Write static/world.json, the outlines of the countries, from the package world-atlas (Natural Earth, 1:110m).

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python -m agents.web.worldmap package/countries-110m.json

The projection is Equal Earth (Savric, Patterson and Jenny 2018); static/map.js has the same for points.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from pathlib import Path
from typing import Any

import orjson
from babel.core import get_global

from pipeline.resources import knowledge_rows

TARGET = Path(__file__).parent / "static" / "world.json"
SOURCE = "world-atlas 2.0.2 (ISC), Natural Earth 4.1.0 1:110m (public domain); written by agents/web/worldmap.py"
# Half a unit is what a screen shows of it.
WIDTH, HEIGHT = 2000, 884
SCALE, EQUATOR = 369.5, 487.0
COEFFICIENTS = (1.340264, -0.081106, 0.000893, 0.003796)
# In the atlas without a number of their own, or left out: the ice fills a quarter of the map and has no events.
NAMED = {"Kosovo": "XKX", "N. Cyprus": "CYP", "Somaliland": "SOM"}
LEFT_OUT = frozenset({"Antarctica", "Fr. S. Antarctic Lands"})

Point = tuple[int, int]
Degrees = tuple[float, float]


def main(argv: list[str]) -> int:
    """Read the atlas named on the command line and write the map."""
    atlas = orjson.loads(Path(argv[0]).read_bytes())
    countries = outlines(atlas)
    world = {"source": SOURCE, "width": WIDTH, "height": HEIGHT, "countries": countries}
    TARGET.write_bytes(orjson.dumps(world, option=orjson.OPT_SORT_KEYS) + b"\n")
    print(f"{TARGET}: {len(countries)} countries, {TARGET.stat().st_size} bytes")
    return 0


def outlines(atlas: dict[str, Any]) -> dict[str, str]:
    """Return an SVG path for each country of a TopoJSON atlas, by ISO 3166-1 alpha-3."""
    codes = {iso2: iso3 for iso3, iso2, *_ in knowledge_rows("countries")[1:]}
    arcs = [_decoded(arc, atlas["transform"]) for arc in atlas["arcs"]]
    paths: dict[str, str] = {}
    for geometry in atlas["objects"]["countries"]["geometries"]:
        name = geometry["properties"]["name"]
        if name in LEFT_OUT:
            continue
        code = NAMED.get(name) or codes[get_global("territory_aliases")[geometry["id"]][0]]
        paths[code] = paths.get(code, "") + "".join(
            _path(half) for ring in _rings(geometry) for half in _halves(_joined(ring, arcs))
        )
    return paths


def project(longitude: float, latitude: float) -> tuple[float, float]:
    """Return the place of a point on the map, degrees in, map units out."""
    a1, a2, a3, a4 = COEFFICIENTS
    theta = asin(sqrt(3) / 2 * sin(radians(latitude)))
    t2 = theta * theta
    t6 = t2 * t2 * t2
    x = 2 * sqrt(3) * radians(longitude) * cos(theta) / (3 * (9 * a4 * t2 * t6 + 7 * a3 * t6 + 3 * a2 * t2 + a1))
    y = theta * (a4 * t2 * t6 + a3 * t6 + a2 * t2 + a1)
    return WIDTH / 2 + SCALE * x, EQUATOR - SCALE * y


def _decoded(arc: list[list[int]], transform: dict[str, Any]) -> list[Degrees]:
    """Undo TopoJSON's differences and quantisation."""
    (kx, ky), (tx, ty) = transform["scale"], transform["translate"]
    points: list[Degrees] = []
    x = y = 0
    for dx, dy in arc:
        x, y = x + dx, y + dy
        points.append((x * kx + tx, y * ky + ty))
    return points


def _rings(geometry: dict[str, Any]) -> list[list[int]]:
    arcs = geometry["arcs"]
    return arcs if geometry["type"] == "Polygon" else [ring for polygon in arcs for ring in polygon]


def _joined(ring: list[int], arcs: list[list[Degrees]]) -> list[Degrees]:
    """Join the arcs of a ring, a negative number ~n being arc n backwards, into longitudes without a leap."""
    points: list[Degrees] = []
    for number in ring:
        for x, y in arcs[number] if number >= 0 else arcs[~number][::-1]:
            turns = round((points[-1][0] - x) / 360) if points else 0
            points.append((x + 360 * turns, y))
    return points


def _halves(points: list[Degrees]) -> Iterator[list[Point]]:
    """Cut a ring at the edges of the map and project what lies on it: Russia and Fiji lie on both sides."""
    for shift in (-360, 0, 360):
        shifted = [(x + shift, y) for x, y in points]
        inside = _cut(_cut(shifted, 180.0, 1), -180.0, -1)
        yield [(round(x), round(y)) for x, y in (project(*point) for point in inside)]


def _cut(points: list[Degrees], edge: float, side: int) -> list[Degrees]:
    """Keep the part of a ring on one side of a longitude (Sutherland and Hodgman 1974)."""
    kept: list[Degrees] = []
    for (x0, y0), (x1, y1) in pairwise([*points[-1:], *points]):
        if (x0 - edge) * side > 0 > (x1 - edge) * side or (x0 - edge) * side < 0 < (x1 - edge) * side:
            kept.append((edge, y0 + (y1 - y0) * (edge - x0) / (x1 - x0)))
        if (x1 - edge) * side <= 0:
            kept.append((x1, y1))
    return kept


def _path(points: list[Point]) -> str:
    """Write a ring as a path of relative steps; empty where nothing of it is left at this size."""
    distinct = [point for point, before in zip(points, points[-1:] + points, strict=False) if point != before]
    if len(distinct) < 3:
        return ""
    steps = [(x - a, y - b) for (a, b), (x, y) in pairwise(distinct)]
    x, y = distinct[0]
    return f"M{x} {y}l{' '.join(f'{dx} {dy}' for dx, dy in steps)}z".replace(" -", "-")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
