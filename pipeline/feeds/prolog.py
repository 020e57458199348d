"""The start of a feed document: everything before the root element goes, found in one pass over the text.

Declarations, comments, processing instructions, a DOCTYPE with its subset and any junk a broken server printed are
where the costly and dangerous constructs of XML live (entity definitions, external entities), and where the patterns
of a lenient parser take quadratic time. None of it is needed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.entities import html5

from pipeline.feeds.dates import is_later

ROOTS = frozenset({"rss", "feed", "rdf", "channel"})
_NAME = re.compile(r"[^\W\d][\w.-]{0,63}(?::[\w.-]{1,64})?")
_SUBSET = re.compile(r"[\"'\[\]>]|<!--|<\?")
_REFERENCE = re.compile(r"&(?:([A-Za-z][A-Za-z0-9]{0,31});|#(?:([0-9]+)|[xX]([0-9a-fA-F]+));?)")
_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_DATE = re.compile(r"<(?:pubDate|published|updated|issued|dc:date)\b[^<>]{0,100}>([^<]{1,80})")
_ITEM = re.compile(r"<(?:[\w.-]{1,64}:)?(?:item|entry)(?=[\s>/])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Document:
    """A document from its root element on; `root` is the root's name as written, None where there is no element."""

    text: str
    root: str | None

    @property
    def is_feed(self) -> bool:
        """Whether the root is one of RSS, RDF or Atom."""
        return self.root is not None and local_name(self.root) in ROOTS


def from_root(text: str) -> Document:
    """Return the document from its root on: the first element named like a feed, else the first element of all."""
    first: tuple[int, str] | None = None
    position = text.find("<")
    while position >= 0:
        name = _NAME.match(text, position + 1)
        if name:
            if local_name(name[0]) in ROOTS:
                return Document(text[position:], name[0])
            first = first or (position, name[0])
            following = position + 1
        else:
            following = _after_markup(text, position)
        position = text.find("<", following)
    return Document("", None) if first is None else Document(text[first[0] :], first[1])


def local_name(name: str) -> str:
    """Return an element's name without its prefix, in lower case."""
    return name.rpartition(":")[2].lower()


def resolve_references(text: str) -> str:
    """Write HTML's named characters, which XML does not know, as characters; drop numbers XML forbids."""
    return _REFERENCE.sub(_character, text)


def newest_items(document: Document, most: int) -> tuple[str, int]:
    """Keep so many items, the first unless the last is newer, and close the document; say how many were cut off."""
    starts = [match.start() for match in _ITEM.finditer(document.text)]
    if len(starts) <= most or document.root is None:
        return document.text, 0
    first, last = (_date(document.text, position) for position in (starts[0], starts[-1]))
    if is_later(last, first):
        return document.text[: starts[0]] + document.text[starts[-most] :], len(starts) - most
    closing = f"</{document.root}>"
    if local_name(document.root) == "rss":
        closing = "</channel>" + closing
    return document.text[: starts[most]] + closing, len(starts) - most


def _date(text: str, position: int) -> str | None:
    """Return the first date of the item that begins at a position."""
    match = _DATE.search(text, position, position + 20_000)
    return match[1] if match else None


def _after_markup(text: str, position: int) -> int:
    """Return where a comment, instruction or declaration ends; the end of the text where it does not end."""
    for opening, closing in (("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>")):
        if text.startswith(opening, position):
            end = text.find(closing, position + len(opening))
            return len(text) if end < 0 else end + len(closing)
    if text.startswith("<!", position):
        return _after_declaration(text, position + 2)
    return position + 1


def _after_declaration(text: str, position: int) -> int:
    """Return where a DOCTYPE ends: quotes, comments and the brackets of its subset decide."""
    depth = 0
    while match := _SUBSET.search(text, position):
        mark = match[0]
        position = match.end()
        if mark == ">" and depth == 0:
            return position
        if mark in {'"', "'", "<!--", "<?"}:
            closing = {"<!--": "-->", "<?": "?>"}.get(mark, mark)
            end = text.find(closing, position)
            if end < 0:
                break
            position = end + len(closing)
        elif mark in {"[", "]"}:
            depth = max(0, depth + (1 if mark == "[" else -1))
    return len(text)


def _character(match: re.Match[str]) -> str:
    name, decimal, hexadecimal = match.groups()
    if name:
        return match[0] if name in _XML_ENTITIES else html5.get(f"{name};", match[0])
    digits = (decimal or hexadecimal).lstrip("0")
    code = int(digits or "0", 10 if decimal else 16) if len(digits) <= 8 else -1
    return f"&#{code};" if _is_xml(code) else ""


def _is_xml(code: int) -> bool:
    return code in {9, 10, 13} or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code <= 0x10FFFF
