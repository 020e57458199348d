"""The files of the page, read once at the start: nothing else on the disk can be asked for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files

TYPES = {
    "html": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "json": "application/json",
    "svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file with its media type and the tag by which a browser asks whether it has changed."""

    body: bytes
    media_type: str
    etag: str


def assets() -> dict[str, Asset]:
    """Return the files of static/ by name."""
    found: dict[str, Asset] = {}
    for file in sorted((files("agents.web") / "static").iterdir(), key=lambda file: file.name):
        media_type = TYPES.get(file.name.rpartition(".")[2])
        if media_type is not None:
            body = file.read_bytes()
            found[file.name] = Asset(body, media_type, hashlib.sha256(body).hexdigest()[:16])
    return found
