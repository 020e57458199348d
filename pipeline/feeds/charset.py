"""Bytes to text. A label is a claim; bytes that are valid UTF-8 are UTF-8 whatever they are labelled.

Order: byte order mark, UTF-16 without one, valid UTF-8, the document's label, the transport's label, UTF-8 with a few
broken bytes, and last the legacy encoding whose words look most like words.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Reason = Literal["empty", "bom", "utf16_pattern", "valid", "declared", "http", "repaired", "guessed", "fallback"]

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s{0,8}=\s{0,8}[\"']([A-Za-z0-9._:-]{1,40})[\"']")
# What is labelled with the first name is commonly written in the second, its superset.
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "iso8859-1": "cp1252", "ascii": "cp1252", "latin-1": "cp1252"}
# Seven-bit encodings whose bytes are always valid UTF-8 too: here the label must be believed.
_SEVEN_BIT = frozenset({"iso2022_jp", "hz", "iso2022_kr"})
# Of encodings that fit equally well the first is taken: Russian never fits the Hebrew one, Hebrew fits the Russian;
# Chinese never fits the Korean one, Korean fits the Chinese.
_GUESSES = (
    "euc_kr", "gb18030", "big5", "shift_jis", "cp1252", "cp1255", "cp1251", "koi8-r", "iso8859-5", "cp1256",
    "iso8859-6", "cp1253", "cp874",
)  # fmt: skip
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WORD = re.compile(r"[^\W\d_]{2,40}")
_MOST_BROKEN = 0.1
_SAMPLE = 20_000
_HEAD = 1024


@dataclass(frozen=True, slots=True)
class Text:
    """Decoded text, the encoding it was read as, and why that one."""

    text: str
    encoding: str
    why: Reason


def to_text(body: bytes, http_charset: str | None = None) -> Text:
    """Decode a feed document; never raises. Characters that XML forbids are left out."""
    found = _decoded(body, http_charset)
    return Text(_FORBIDDEN.sub("", found.text.removeprefix("\ufeff")), found.encoding, found.why)


def _decoded(body: bytes, http_charset: str | None) -> Text:
    if not body:
        return Text("", "utf-8", "empty")
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return Text(body[len(mark) :].decode(encoding, "replace"), encoding, "bom")
    wide = _wide(body)
    if wide:
        return Text(body.decode(wide, "replace"), wide, "utf16_pattern")
    return _by_label(body, _label(_declared(body)), _label(http_charset)) or _unlabelled(body)


def _by_label(body: bytes, declared: str | None, http: str | None) -> Text | None:
    for encoding in (declared, http):
        if encoding in _SEVEN_BIT:
            return Text(body.decode(encoding, "replace"), encoding, "declared" if encoding == declared else "http")
    text = _strictly(body, "utf-8")
    if text is not None:
        return Text(text, "utf-8", "valid")
    labels: tuple[tuple[str | None, Reason], ...] = ((declared, "declared"), (http, "http"))
    for encoding, why in labels:
        if encoding and encoding != "utf-8" and (text := _strictly(body, encoding)) is not None:
            return Text(text, encoding, why)
    return None


def _unlabelled(body: bytes) -> Text:
    repaired = body.decode("utf-8", "replace")
    broken = repaired.count("\ufffd")
    beyond_ascii = sum(1 for char in repaired if char > "\x7f")
    if broken < _MOST_BROKEN * beyond_ascii:
        return Text(repaired, "utf-8", "repaired")
    guess = _guess(body)
    if guess:
        return Text(body.decode(guess, "replace"), guess, "guessed")
    return Text(body.decode("cp1252", "replace"), "cp1252", "fallback")


def _strictly(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except (UnicodeDecodeError, LookupError, ValueError):
        return None


def _declared(body: bytes) -> str | None:
    match = _DECLARED.search(body[:_HEAD])
    return match[1].decode("ascii") if match else None


def _label(name: str | None) -> str | None:
    """Return Python's name of a text encoding, of its superset where writers mean that; None for unknown labels."""
    try:
        info = codecs.lookup((name or "").strip().strip("\"'")[:40])
    except (LookupError, ValueError):
        return None
    if not getattr(info, "_is_text_encoding", True) or info.name in {
        "idna",
        "punycode",
        "unicode_escape",
        "raw_unicode_escape",
    }:
        return None
    return _SUPERSETS.get(info.name, info.name)


def _wide(body: bytes) -> str | None:
    """Recognise UTF-16 without a mark by the zero bytes of its markup."""
    if body[:4] in (b"<\0?\0", b"<\0r\0", b"<\0f\0"):
        return "utf-16-le"
    if body[:4] in (b"\0<\0?", b"\0<\0r", b"\0<\0f"):
        return "utf-16-be"
    return None


def _guess(body: bytes) -> str | None:
    """Choose the legacy encoding in which the words beyond ASCII look most like words; the first of equals."""
    sample = _beyond_ascii(body)
    best: tuple[float, str] | None = None
    for encoding in _GUESSES:
        cost = _cost(sample.decode(encoding, "replace"))
        if best is None or cost < best[0]:
            best = (cost, encoding)
    return best[1] if best and best[0] < 1 else None


def _beyond_ascii(body: bytes) -> bytes:
    """Take the texts between tags that hold bytes beyond ASCII, as many as a sample needs; markup would drown them."""
    texts = re.split(rb"[<>]", body[: _SAMPLE * 20])
    return b"\n".join(text for text in texts if not text.isascii())[:_SAMPLE]


def _cost(text: str) -> float:
    """Rate a reading: 0 for words of one script in ordinary case, towards 1 and beyond for what no one writes."""
    beyond = [char for char in text if char > "\x7f"]
    if not beyond:
        return 1.0
    strange = sum(_strangeness(char) for char in beyond)
    for word in _WORD.findall(text):
        strange += _word_strangeness(word)
    return strange / len(beyond)


def _strangeness(char: str) -> float:
    if char == "\ufffd" or "\x80" <= char <= "\x9f" or "\ue000" <= char <= "\uf8ff":
        return 2.0
    category = unicodedata.category(char)
    if category in {"Cn", "Co", "Cf", "Sk", "Sm", "So", "Sc", "No"}:
        return 0.0 if char == "\u200c" else 1.0
    if category == "Mn" and "\u0591" <= char <= "\u05c7":
        return 0.5
    if "\u4e00" <= char <= "\u9fff":
        return 0.0 if _is_common_hanzi(char) else 0.6
    if "\uff61" <= char <= "\uff9f" or (category == "Lo" and "\u3400" <= char <= "\u4dbf"):
        return 1.0
    return 0.0


def _is_common_hanzi(char: str) -> bool:
    """Say whether a character is in the first, frequent level of GB 2312 or Big5."""
    for encoding, first, last in (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6)):
        try:
            if first <= char.encode(encoding)[0] <= last:
                return True
        except UnicodeEncodeError:
            continue
    return False


def _word_strangeness(word: str) -> float:
    """Count what words do not have inside: mixed scripts, capitals after small letters, accents in a row."""
    strange = 0.0
    before = ""
    for char in word:
        if before:
            strange += _pair_strangeness(before, char)
        before = char
    return strange


def _pair_strangeness(first: str, second: str) -> float:
    if _block(first) != _block(second):
        return 1.0
    if first.islower() and second.isupper():
        return 1.0
    if first > "\x7f" and second > "\x7f" and "\xc0" <= first <= "\u024f":
        return 0.7
    return 0.0


def _block(char: str) -> str:
    code = ord(char)
    for last, name in ((0x24F, "latin"), (0x3FF, "greek"), (0x52F, "cyrillic"), (0x5FF, "hebrew"), (0x8FF, "arabic")):
        if code <= last:
            return name
    if 0xAC00 <= code <= 0xD7A3:
        return "hangul"
    return "cjk" if code >= 0x2E80 else "other"
