"""Addresses as published: made absolute and cleaned, still addresses that can be opened."""

from __future__ import annotations

from functools import cache
from urllib.parse import unquote_to_bytes, urljoin, urlsplit, urlunsplit

from pipeline.feeds.marks import composed
from pipeline.resources import knowledge_toml

LONGEST = 4096
SCHEMES = ("http", "https")
# `ref`, `source`, `share`, `amp` and `output` can name the page; a key of comparison may drop them, an address not.
_MEANINGFUL = frozenset({"amp", "output", "outputtype", "ref", "share", "source"})


def cleaned(link: str | None, base: str | None = None) -> str | None:
    """Return the address without fragment, default port and tracking; None for what is no web address.

    The order of the query stays, the host is lower-cased, percent-encoded UTF-8 is written in NFC.
    """
    text = "".join((link or "").split())
    if not text or len(text) > LONGEST:
        return None
    try:
        parts = urlsplit(urljoin(base or "", text))
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in SCHEMES or not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    place = host if port in (None, 80 if parts.scheme == "http" else 443) else f"{host}:{port}"
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _is_tracking(pair, parts.hostname))
    return urlunsplit((parts.scheme, place, _path(parts.path) or "/", query, ""))


def absolute(link: object, base: str) -> str | None:
    """Return the address made absolute, otherwise as published; None for what is no web address."""
    text = link.strip() if isinstance(link, str) else ""
    if not text or len(text) > LONGEST:
        return None
    try:
        joined = urljoin(base, text)
    except ValueError:
        return None
    return joined if joined.lower().startswith(("http://", "https://")) else None


def without_credentials(url: str) -> str:
    """Return an address that may be shown: user name and password taken out."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _path(path: str) -> str:
    """Write percent-encoded UTF-8 in NFC; anything else stays as it is."""
    if "%" not in path:
        return path
    try:
        text = unquote_to_bytes(path.encode("utf-8", "surrogatepass")).decode("utf-8")
    except UnicodeDecodeError:
        return path
    whole = composed(text)
    return path if whole == text else "".join(_escaped(char) for char in whole)


def _escaped(char: str) -> str:
    if char.isascii() and (char.isalnum() or char in "-._~!$&'()*+,;=:@/"):
        return char
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "surrogatepass"))


def _is_tracking(pair: str, host: str) -> bool:
    key, _, value = pair.partition("=")
    key = key.lower()
    if key == "ref":
        return value.lower().removeprefix("www.") == host.removeprefix("www.")
    if key in _MEANINGFUL:
        return False
    return key in _tracking_keys() or key.startswith(_tracking_prefixes())


@cache
def _tracking_keys() -> frozenset[str]:
    return frozenset(str(word) for word in knowledge_toml("urls").get("tracking_keys", ()))


@cache
def _tracking_prefixes() -> tuple[str, ...]:
    return (*(str(word) for word in knowledge_toml("urls").get("tracking_prefixes", ())), "mtm_")
