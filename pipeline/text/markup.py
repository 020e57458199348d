"""Tags, comments and entities that came along with the text, once or twice encoded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from html.entities import html5

from pipeline.text.offsets import Edit

_BLOCK = frozenset((
    "address", "article", "aside", "blockquote", "br", "caption", "dd", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "body", "li",
    "main", "nav", "ol", "option", "p", "pre", "section", "select", "table", "tbody", "td", "textarea", "tfoot", "th",
    "thead", "title", "tr", "ul",
))  # fmt: skip
_INLINE = frozenset((
    "a", "abbr", "acronym", "amp-img", "audio", "b", "base", "bdi", "bdo", "big", "button", "canvas", "center", "cite",
    "code", "col", "colgroup", "data", "del", "dfn", "em", "embed", "font", "i", "iframe", "img", "input", "ins", "kbd",
    "label", "link", "map", "mark", "meta", "noscript", "object", "param", "picture", "q", "s", "samp", "small",
    "source", "span", "strike", "strong", "sub", "sup", "svg", "template", "time", "tt", "u", "var", "video", "wbr",
))  # fmt: skip
_HIDDEN = {
    "script": re.compile(r"</script\b[^<>]{0,50}>", re.IGNORECASE),
    "style": re.compile(r"</style\b[^<>]{0,50}>", re.IGNORECASE),
}
_COMMENT_END = re.compile("-->")

_TOKEN = re.compile(
    r"<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9:-]{0,31})(?:[\s/][^<>]{0,4000})?>"
    r"|(?P<comment><!--)"
    r"|<!\[CDATA\[|\]\]>|<!DOCTYPE\b[^<>]{0,400}>"
    r"|&(?:amp;){0,8}(?P<entity>#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
)


def has_markup(text: str) -> bool:
    """Say whether `markup_edits` would change the text."""
    return ("<" in text or "&" in text or "]]>" in text) and next(markup_edits(text), None) is not None


def markup_edits(text: str) -> Iterator[Edit]:
    """Yield an edit for every tag (a block tag is a new line), hidden element, comment and known entity."""
    position, closed_off = 0, set[str]()
    while match := _TOKEN.search(text, position):
        position = match.end()
        if match["entity"]:
            new = _entity(match["entity"])
        elif match["comment"]:
            position = _skip(text, position, "comment", _COMMENT_END, closed_off)
            new = ""
        else:
            new = _tag((match["name"] or "").lower())
            if new is not None and not match["close"] and (hidden := _HIDDEN.get(match["name"] or "")):
                position = _skip(text, position, match["name"], hidden, closed_off)
        if new is not None:
            yield match.start(), position, new


def _entity(name: str) -> str | None:
    if name[0] != "#" and f"{name};" not in html5:
        return None
    # A character reference to a control or surrogate is unescaped to nothing or U+FFFD, as browsers do.
    return unescape(f"&{name};")


def _tag(name: str) -> str | None:
    if name in _BLOCK:
        return "\n"
    return "" if not name or name in _INLINE or name in _HIDDEN or ":" in name else None


def _skip(text: str, position: int, kind: str, end: re.Pattern[str], unclosed: set[str]) -> int:
    """Return the end of a hidden element; one that never ends hides nothing, and is looked for only once."""
    if kind in unclosed:
        return position
    match = end.search(text, position)
    if match:
        return match.end()
    unclosed.add(kind)
    return position
