"""Persons named with the body they belong to: "the Supreme Court nominee Jane Roe", "Jane Roe of the Labour Party"."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.events.chart import Chart
    from pipeline.events.chunks import Chunk
    from pipeline.events.naming import Names

BODIES = frozenset({"body", "organisation"})
# Words such as "nominee" and "former" between a body and the name, and "of the" between a name and its body.
MOST_BETWEEN = 2
SHORTEST_NAME = 2
OFFICIAL = "official"
PARTIES_OF = frozenset({"PTY", "OPP", "LEG", "GOV", "SOC"})


def compound(chart: Chart, names: Names, before: list[Chunk], chunk: Chunk) -> Chunk:
    """Return a chunk with what it belongs to, which is then no chunk of its own."""
    if chart.word(chunk.start - 1) in names.known.grammar.words.get("ethnic", ()):
        # "Ethnic Albanians": of what state they are the text says elsewhere.
        return chunk._replace(kind="people", country=None, basis=None)
    if chunk.kind == "person":
        return _behind_body(chart, before, chunk)
    if chunk.kind in BODIES and chunk.sector in PARTIES_OF:
        chunk = _before_body(chart, names, before, chunk)
    return _of_party(chart, names, chunk) if chunk.kind == "organisation" and chunk.sector == "PTY" else chunk


def is_second_half(chart: Chart, i: int) -> bool:
    """Whether a hyphen joins token i to the word before: "its long-THREATENED invasion"."""
    return chart.word(i - 1) == "-" and i > 1 and not any(map(str.isspace, chart.text(i - 2, i + 1)))


def _of_party(chart: Chart, names: Names, party: Chunk) -> Chunk:
    """Read the name of a person right behind that of a party: "Democrat Jane Roe", "Labour's Jane Roe"."""
    after = chart.has("word", party.end, "possessive") or party.end
    name, stop = names.name(chart, after, len(chart.texts))
    if name is None or name[1] - name[0] < SHORTEST_NAME:
        return party
    return party._replace(end=stop, kind="person", name=name, office="politician")


def _behind_body(chart: Chart, before: list[Chunk], chunk: Chunk) -> Chunk:
    """Read the body right before a person, words that change an office between."""
    body = before[-1] if before else None
    if body is None or body.kind not in BODIES or not 0 <= chunk.start - body.end <= MOST_BETWEEN:
        return chunk
    between = range(body.end, chunk.start)
    fits = chunk.country is None or body.country in {None, chunk.country}
    if not fits or not (between or chunk.office) or not all(_changes(chart, i) for i in between):
        return chunk
    before.pop()
    country, basis = (chunk.country, chunk.basis) if chunk.country else (body.country, body.basis)
    sector, office = chunk.sector or body.sector, chunk.office or OFFICIAL
    return chunk._replace(start=body.start, country=country, basis=basis, sector=sector, office=office, national=False)


def _changes(chart: Chart, i: int) -> bool:
    hit = chart.hit("word", i)
    return hit is not None and any(str(name).startswith("+") for name in hit[1])


def _before_body(chart: Chart, names: Names, before: list[Chunk], chunk: Chunk) -> Chunk:
    """Read the name before "of" and a political body; a person known by it already stays one."""
    of = next((i for i in (chunk.start - 1, chunk.start - 2) if chart.has("case", i, "genitive")), 0)
    if not of:
        return chunk
    start = names.begins(chart, before[-1].end if before else 0, of)
    if of - start < SHORTEST_NAME:
        return chunk
    return chunk._replace(start=start, kind="person", name=(start, of), office=None, national=False)
