"""Addresses as compared: whether two urls name the same page. The key is not an address and is never fetched."""

from __future__ import annotations

from functools import cache
from urllib.parse import urlsplit

from w3lib.url import canonicalize_url

from pipeline.resources import knowledge_toml

LONGEST = 4096
STRIPPED_LABELS = 3


def canonical(url: str | None) -> str | None:
    """Return the comparison key of a web address, None for anything else or longer than 4096 characters."""
    text = (url or "").strip()
    if len(text) > LONGEST or not text.lower().startswith(("http://", "https://")):
        return None
    try:
        parts = urlsplit(canonicalize_url(text))
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    host = _host(host)
    if not host:
        return None
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _is_tracking(pair))
    place = host if port in (None, 80, 443) else f"{host}:{port}"
    return place + _path(parts.path) + (f"?{query}" if query else "")


def _host(host: str) -> str:
    host = host.rstrip(".")
    for _ in range(STRIPPED_LABELS):
        label, _, rest = host.partition(".")
        if label not in _words("host_labels") or "." not in rest:
            break
        host = rest
    return host


def _path(path: str) -> str:
    segments = path.rstrip("/").split("/")
    while segments and segments[-1].lower() in _words("last_segments"):
        segments.pop()
        while segments and not segments[-1]:
            segments.pop()
    return "/".join(segments)


def _is_tracking(pair: str) -> bool:
    key = pair.partition("=")[0].lower()
    return key in _words("tracking_keys") or key.startswith(tuple(sorted(_words("tracking_prefixes"))))


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(str(word) for word in knowledge_toml("urls").get(name, ()))
