"""Entries as bytes: a window of a million articles has to fit into memory, and few entries are read again.

An entry of a new article, as most are, is a few numbers and names; any other is compressed JSON.
"""

from __future__ import annotations

import struct
from dataclasses import fields, replace
from operator import attrgetter

from pipeline.dedup.state import Decision, Seen
from pipeline.text.pages import Zstandard
from schemas import codec
from schemas.article import Verdict

# Flags, lengths of uri, site, address and sketch (in bytes); version; time, publication, arrival; letters; hashes.
_PLAIN = struct.Struct("<BHHHHHIIII32s8s")
_OTHER = struct.Struct("<BIIH")
_IS_PLAIN, _TIMED, _PUBLISHED, _ADDRESSED, _KEYED, _IN_URI, _SITE_IN_URI = 1, 2, 4, 8, 16, 32, 64
_DIGEST, _KEY, _NEAR = 32, 8, 256
_TYPICAL = Seen(
    uri="https://www.",
    site="news.com",
    time=1_700_000_000,
    published=1_700_000_000,
    arrived=1_700_000_000,
    canonical_url="news.com/news/2024/",
    group="https://www.",
    carriers=("news.com",),
    decisions=(
        Decision(
            version=1,
            text_sha256="",
            verdict=Verdict(verdict="new", relation="new", group="https://www.", carriers=("news.com",)),
        ),
    ),
)
_other_fields = attrgetter(*(field.name for field in fields(Verdict) if field.name not in {"group", "carriers"}))
_PLAIN_FIELDS = _other_fields(Verdict(verdict="new", relation="new", group=""))
_SQUEEZE = Zstandard(dictionary=codec.encode(_TYPICAL))


def packed_entry(entry: Seen) -> bytes:
    """Pack an entry; the wording is compressed already and stays as it is."""
    plain = _packed_plain(entry)
    return _packed_other(entry) if plain is None else plain


def unpacked_entry(data: bytes) -> Seen:
    """Unpack what `packed_entry` packed."""
    return _unpacked_plain(data) if data[0] & _IS_PLAIN else _unpacked_other(data)


def packed_uri(data: bytes) -> str:
    """Read only the uri of a packed entry."""
    head = _PLAIN if data[0] & _IS_PLAIN else _OTHER
    return _text(data[head.size : head.size + head.unpack_from(data)[1]])


def _packed_plain(entry: Seen) -> bytes | None:
    """Pack the entry of a new article; None when it is another or has something unusual."""
    if len(entry.decisions) != 1 or not _is_plain(entry.decisions[0].verdict, entry):
        return None
    if entry.group != entry.uri or entry.carriers != (entry.site,) or entry.canonical_url == "":
        return None
    decision = entry.decisions[0]
    digest, key = _unhexed(decision.text_sha256, _DIGEST), _unhexed(entry.text_key, _KEY)
    if digest is None or (key is None and entry.text_key):
        return None
    uri, site, address = _bytes(entry.uri), _bytes(entry.site), _bytes(entry.canonical_url or "")
    in_uri = bool(address) and uri.endswith(address)
    site_at = uri.find(site) if 0 < len(site) < _NEAR else -1
    # Where the site stands in the uri, its place there and its length are written in place of its length.
    in_site = site_at * _NEAR + len(site) if 0 <= site_at < _NEAR else len(site)
    lengths = len(uri), in_site, len(address), len(entry.sketch)
    numbers = decision.version, entry.time or 0, entry.published or 0, entry.arrived, entry.letters
    try:
        flags = _flags(entry) | (_IN_URI if in_uri else 0) | (_SITE_IN_URI if 0 <= site_at < _NEAR else 0)
        head = _PLAIN.pack(flags, *lengths, *numbers, digest, key or b"")
    except struct.error:
        return None
    names = uri, b"" if flags & _SITE_IN_URI else site, b"" if in_uri else address
    return b"".join((head, *names, entry.sketch, entry.wording))


def _flags(entry: Seen) -> int:
    """Say what an entry has."""
    return (
        _IS_PLAIN
        | (_TIMED if entry.time is not None else 0)
        | (_PUBLISHED if entry.published is not None else 0)
        | (_ADDRESSED if entry.canonical_url else 0)
        | (_KEYED if entry.text_key else 0)
    )


def _unhexed(digits: str, length: int) -> bytes | None:
    """Read lower case hexadecimal digits, None where it is anything else or of another length."""
    try:
        data = bytes.fromhex(digits)
    except ValueError:
        return None
    return data if len(data) == length and data.hex() == digits else None


def _unpacked_plain(data: bytes) -> Seen:
    flags, in_uri, in_site, in_address, in_sketch, version, time, published, arrived, letters, digest, key = (
        _PLAIN.unpack_from(data)
    )
    at_site = _PLAIN.size + in_uri
    at_address = at_site + (0 if flags & _SITE_IN_URI else in_site)
    at_sketch = at_address + (0 if flags & _IN_URI else in_address)
    at_wording = at_sketch + in_sketch
    address = data[at_site - in_address : at_site] if flags & _IN_URI else data[at_address:at_sketch]
    uri = _text(data[_PLAIN.size : at_site])
    site_at = _PLAIN.size + in_site // _NEAR
    site = _text(data[site_at : site_at + in_site % _NEAR] if flags & _SITE_IN_URI else data[at_site:at_address])
    decision = Decision(version=version, text_sha256=digest.hex(), verdict=_plain_verdict(uri, site))
    return Seen(
        uri=uri,
        site=site,
        time=time if flags & _TIMED else None,
        published=published if flags & _PUBLISHED else None,
        arrived=arrived,
        canonical_url=_text(address) if flags & _ADDRESSED else None,
        text_key=key.hex() if flags & _KEYED else "",
        letters=letters,
        sketch=data[at_sketch:at_wording],
        wording=data[at_wording:],
        group=uri,
        carriers=(site,),
        decisions=(decision,),
    )


def _is_plain(verdict: Verdict, entry: Seen) -> bool:
    """Say whether a verdict is `_plain_verdict`."""
    return verdict.group == entry.uri and verdict.carriers == (entry.site,) and _other_fields(verdict) == _PLAIN_FIELDS


def _plain_verdict(uri: str, site: str) -> Verdict:
    return Verdict(verdict="new", relation="new", group=uri, carriers=(site,))


def _packed_other(entry: Seen) -> bytes:
    head = _SQUEEZE.compress(codec.encode(replace(entry, sketch=b"", wording=b"")))
    uri = _bytes(entry.uri)
    return _OTHER.pack(0, len(uri), len(head), len(entry.sketch)) + uri + head + entry.sketch + entry.wording


def _unpacked_other(data: bytes) -> Seen:
    _, uri, length, sketch = _OTHER.unpack_from(data)
    start = _OTHER.size + uri
    at_sketch = start + length
    entry = codec.decode(Seen, _SQUEEZE.decompress(data[start:at_sketch]))
    return replace(entry, sketch=data[at_sketch : at_sketch + sketch], wording=data[at_sketch + sketch :])


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")
