"""What the page needs to know to name things: types with their class, modes, countries with their ISO codes."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from pipeline.resources import knowledge_rows, knowledge_toml


@cache
def vocabulary() -> dict[str, Any]:
    """Return the PLOVER types (class 1 to 4, what they mean), the sectors, and countries by ISO 3166-1 alpha-3.

    PLOVER's codes of bodies of no country stand among the countries, without an ISO code.
    """
    plover = knowledge_toml("plover")
    bodies = {code: {"iso2": None, "name": _short(about)} for code, about in plover["nonstate"].items()}
    states = {iso3: {"iso2": iso2, "name": name} for iso3, iso2, _, name, *_ in knowledge_rows("countries")[1:]}
    return {
        "types": {name: {"quad": kind["quad"], "about": kind["about"]} for name, kind in plover["types"].items()},
        "sectors": {code: _short(about) for code, about in plover["sectors"].items()},
        "countries": bodies | states,
    }


def _short(about: str) -> str:
    """Return the name without what explains it."""
    return re.split(r"[:,]| and its | not ", about, maxsplit=1)[0]
