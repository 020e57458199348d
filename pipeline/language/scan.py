"""A batch of texts as one row of code units: whose each is, and which script each text is written in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.language.letters import SUMMED
from pipeline.language.profiles import Evidence, Tables
from pipeline.language.script import SCRIPTS, Counts, ScriptShare, heaviest, table, units

_PLACES = {script: place for place, script in enumerate(SUMMED)}


class Scan:
    """Texts read once: `shares` says for each which script it is in."""

    def __init__(self, texts: Sequence[str]) -> None:
        # No text holds a NUL of its own, so that the NULs between them tell whose a code unit is.
        joined = "\x00".join(text.replace("\x00", " ") for text in texts)
        self._row = units(joined)
        self._owners = np.cumsum(self._row == 0)
        self._size = len(texts)
        self.shares: list[ScriptShare] = heaviest(self._counts())

    def _counts(self) -> Counts:
        cells = self._owners * len(SCRIPTS) + table()[self._row]
        found = np.bincount(cells, minlength=self._size * len(SCRIPTS)).reshape(self._size, len(SCRIPTS))
        found[:, 0] = 0
        return found

    def evidence(self, tables: Tables, rows: Sequence[int] | None = None) -> tuple[list[int], Evidence]:
        """Return the evidence of the texts asked for, of those whose script has more than one language, and which."""
        asked = range(self._size) if rows is None else rows
        found = [row for row in asked if self.shares[row].script in _PLACES]
        place = np.full(self._size, -1, dtype=np.int64)
        place[found] = np.arange(len(found))
        owners = place[self._owners]
        mine = owners >= 0
        scripts = np.array([_PLACES[self.shares[row].script] for row in found], dtype=np.int64)
        return found, tables.evidence(self._row[mine], owners[mine], scripts)
