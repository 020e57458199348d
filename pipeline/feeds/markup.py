"""HTML of feeds to plain text, in time linear in its length whatever it holds."""

from __future__ import annotations

import re
from html.entities import html5

from pipeline.feeds.marks import composed

_TAG_NAME = re.compile(r"/?([A-Za-z][A-Za-z0-9:-]{0,40})")
_IN_TAG = re.compile(r"[>\"']")
_REFERENCE = re.compile(r"&(?:#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,31}));?")
_SPACES = re.compile(r"[^\S\n]+")
_HTML = re.compile(
    r"</?(?:p|br|div|span|a|img|b|i|em|strong|ul|ol|li|h[1-6]|table|blockquote|figure|iframe|script|style)[\s/>]",
    re.IGNORECASE,
)
# ruff: noqa: SIM905 - lists of fifty names are read as words
_BLOCKS = frozenset(
    """address article aside blockquote br caption dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6
    header hr li main nav ol p pre section table tbody td tfoot th thead tr ul""".split()
)
_UNSHOWN = frozenset("iframe noscript object script select style svg template textarea".split())
_INLINE = frozenset(
    """a abbr acronym audio b bdi bdo big body button center cite code del dfn em embed font head html i img input ins
    kbd label link map mark meta q rp rt ruby s samp small source span strike strong sub sup time title tt u var video
    wbr""".split()
)
_ELEMENTS = _BLOCKS | _UNSHOWN | _INLINE
_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(127, 160), 65279, *range(55296, 57344))) | {
    13: " "
}


def html_text(html: str, *, title: bool = False) -> str:
    """Return what a reader would see: lines for blocks, no scripts, characters for references.

    In a title only names of HTML elements make a tag, so that `a < b` and `<Name>` stay. Text that was escaped twice
    is read once more.
    """
    text = _visible(html, title=title)
    if _HTML.search(text):
        text = _visible(text, title=title)
    return plain_text(" ".join(text.split()) if title else text)


def plain_text(text: str) -> str:
    """Return text in NFC without control characters; spaces collapsed, empty lines and margins gone. ZWNJ stays."""
    lines = (_SPACES.sub(" ", line).strip() for line in composed(text.translate(_CONTROLS)).splitlines())
    return "\n".join(line for line in lines if line)


def _visible(html: str, *, title: bool) -> str:
    if "<" not in html:
        return _with_characters(html)
    tags = _Tags(html, title=title)
    parts: list[str] = []
    position = 0
    while (start := html.find("<", position)) >= 0:
        parts.append(_inline(html[position:start]))
        replacement, position = tags.at(start)
        parts.append(replacement)
    parts.append(_inline(html[position:]))
    return "".join(parts)


def _inline(text: str) -> str:
    """Read text between tags: its line breaks are spaces."""
    return _with_characters(text.replace("\n", " ").replace("\r", " "))


def _with_characters(text: str) -> str:
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    decimal, hexadecimal, name = match.groups()
    if name:
        return html5.get(f"{name};", match[0])
    code = int(decimal) if decimal else int(hexadecimal, 16)
    if 0x80 <= code <= 0x9F:
        return bytes([code]).decode("cp1252", "ignore")
    return chr(code) if 32 <= code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else " "


class _Tags:
    """Finds where tags end. What was looked for in vain once is not looked for again, which keeps it linear."""

    def __init__(self, html: str, *, title: bool) -> None:
        self._html = html
        self._title = title
        self._absent: set[str] = set()
        self._quotes = True

    def at(self, start: int) -> tuple[str, int]:
        """Return what stands for the markup at `start`, and where it ends."""
        html = self._html
        if html.startswith("<!--", start):
            end = self._find("-->", start + 4)
            return ("", end) if end else ("", start + 4)
        if html.startswith(("<!", "<?"), start):
            end = self._find(">", start)
            return ("", end) if end else ("<", start + 1)
        name = _TAG_NAME.match(html, start + 1)
        if not name or (self._title and name[1].lower() not in _ELEMENTS):
            return "<", start + 1
        return self._tag(start, name)

    def _tag(self, start: int, name: re.Match[str]) -> tuple[str, int]:
        element = name[1].lower()
        end = self._end_of_tag(name.end())
        if not end:
            return "<", start + 1
        if element in _UNSHOWN and name[0][0] != "/" and self._html[end - 2] != "/":
            return " ", self._after_element(element, end)
        return ("\n" if element in _BLOCKS else ""), end

    def _after_element(self, element: str, position: int) -> int:
        key = f"</{element}"
        if key in self._absent:
            return position
        match = re.compile(f"{key}[^>]{{0,200}}>", re.IGNORECASE).search(self._html, position)
        if not match:
            self._absent.add(key)
        return match.end() if match else position

    def _end_of_tag(self, position: int) -> int:
        """Return the place after the tag's `>`, looking past quoted values; 0 where it never ends."""
        begin = position
        while self._quotes:
            match = _IN_TAG.search(self._html, position)
            if not match:
                break
            position = match.end()
            if match[0] == ">":
                return position
            if self._html[match.start() - 1] == "=":
                position = self._find(match[0], position) or position
        # Running off the end costs the whole text, so it is paid once; from then on quotes are not minded.
        self._quotes = False
        return self._find(">", begin)

    def _find(self, needle: str, position: int) -> int:
        """Return the place after the next `needle`, 0 for none."""
        if needle in self._absent:
            return 0
        found = self._html.find(needle, position)
        if found < 0:
            self._absent.add(needle)
            return 0
        return found + len(needle)
