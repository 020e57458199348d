"""The catalog as a file: feeds appended to its text, checked as a whole before anything is written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.feeds.catalog import Catalog, CatalogError, parse_catalog, read_catalog
from pipeline.feeds.edit import with_feeds


def append(file: Path, rows: Sequence[Mapping[str, Any]]) -> Catalog:
    """Add feeds to a catalog and return it; comments and order of what was there stay.

    Raises:
        CatalogError: the catalog would be wrong, or cannot be written; it is as before.
    """
    read_catalog(file)
    with file.open(encoding="utf-8", newline="") as source:
        text = with_feeds(source.read(), rows)
    catalog = parse_catalog(text, str(file))
    try:
        _replace(file.resolve(), text)
    except OSError as error:
        raise CatalogError(f"{file}: {error}") from error
    return catalog


def _replace(file: Path, text: str) -> None:
    """Put a new file in the place of the old one, all of it or nothing, with the same rights."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as sink:
            sink.write(text)
            sink.flush()
            os.fsync(sink.fileno())
        temporary.chmod(file.stat().st_mode & 0o7777)
        temporary.replace(file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
