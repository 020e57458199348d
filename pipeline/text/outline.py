"""The outline of a page's text: the kind of every line, by cues first and by the lines around it then."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from pipeline.text.characters import WORD
from pipeline.text.cues import Cue, cue, glued_cue
from pipeline.text.dateline import dateline_end, header_end, is_dateline
from pipeline.text.lines import Line, lines
from pipeline.text.mojibake import lost, misread, suspects
from pipeline.text.normalise import Normalised, normalise
from schemas.article import SegmentKind

_TWEET = re.compile(r"pic\.twitter\.com/\w|https?://t\.co/\w|^[-–—]\s?.{1,60}\(@\w{1,20}\)")
# Every remnant has one of these; looking for them first is faster.
_TWEET_SIGNS = ("twitter.com/", "t.co/", "(@")
_SITE_SUFFIX = re.compile(r"\s[-–—|]\s?[^-–—|.؟?!]{2,30}[.۔]?\Z")
# A page on which something else than an article is shown has no more letters than this.
_BLOCKED = 700
# Body letters that must lie before anything may be taken for what follows an article.
_ARTICLE = 150
_REPEATED = 40
# Where on a page readers are asked for their consent: in so many lines at its beginning and end.
_FIRST, _LAST = 4, 6
_TESTS = 20
# The part of a paragraph's words that an article must have said before, to be taken up again after a list.
_TAKEN_UP = 0.1
# The part of a headline's words that its lead says again.
_SAID = 0.5
# Headlines that may follow a cue such as `Read also` on its own line.
_LINKS = 10


@dataclass(frozen=True, slots=True)
class Part:
    """A run of the normalised text, and what it is."""

    kind: SegmentKind
    start: int
    end: int


def outline(body: Normalised, title: str | None) -> list[Part]:
    """Return the parts of a normalised text, in order, one or more a line."""
    page = _Page(lines(body), body.text, normalise(title).text.strip().casefold() if title else None)
    page.mark()
    return list(page.parts())


class _Page:
    """Lines and their kinds; None means not yet known, which ends as body."""

    def __init__(self, found: list[Line], text: str, title: str | None) -> None:
        self.lines, self.text, self.title = found, text, title
        self.cues: list[Cue | None] = [cue(line) for line in found]
        self.kinds: list[SegmentKind | None] = [None] * len(found)
        self.suspects = suspects(text)

    @cached_property
    def punctuated(self) -> bool:
        """Whether the writer ends paragraphs with a stop, so that a line without one means something."""
        long = [line for line in self.lines if line.letters >= 40]
        return bool(long) and sum(x.letters for x in long if x.punctuated) * 2 >= sum(x.letters for x in long)

    def mark(self) -> None:
        """Find the kinds, the surest signs first."""
        if self._blocked():
            return
        for i, line in enumerate(self.lines):
            self.kinds[i] = self._own_kind(i, line, self.cues[i])
        self._mark_top()
        self._mark_tail()
        self._mark_repeated()
        self._mark_tweets()

    def _blocked(self) -> bool:
        if not any(c and c.kind == "block_page" for c in self.cues) or sum(x.letters for x in self.lines) > _BLOCKED:
            return False
        self.kinds = ["block_page"] * len(self.lines)
        return True

    def _own_kind(self, i: int, line: Line, own: Cue | None) -> SegmentKind | None:
        """Return what a line is by itself."""
        shown = self.text[line.start : line.end]
        if not line.letters:
            return "mojibake" if lost(shown) else (None if any(map(str.isdigit, shown[:200])) else "filler")
        if line.letters < 400 and any(sign in shown for sign in _TWEET_SIGNS) and _TWEET.search(shown):
            return "tweet"
        if own and own.kind in ("share", "boilerplate", "keywords", "source_line", "caption"):
            return None if own.alone and own.kind == "caption" and line.stopped else own.kind
        if own and own.kind == "consent" and not _FIRST <= i < len(self.lines) - _LAST:
            return "consent"
        return "mojibake" if self.suspects and misread(shown, self.suspects) else None

    def _mark_top(self) -> None:
        """The lines before the first paragraph: title, dates, names."""
        titled = self.title is not None
        for i, line in enumerate(self.lines[:8]):
            if self.kinds[i] is not None:
                continue
            own = self.cues[i]
            if self.title and line.text == self.title:
                self.kinds[i] = "title"
            elif self._is_header(i):
                self.kinds[i] = "header"
            elif own and own.kind == "byline" and not line.paragraph:
                self.kinds[i] = "byline"
            elif not titled and self._is_title(i):
                self.kinds[i], titled = "title", True
            else:
                break
        for i in range(len(self.lines)):
            if self.kinds[i] is None and self._signs(i):
                self.kinds[i] = "byline"

    def _signs(self, i: int) -> bool:
        """Whether a line names the writers behind an article: what follows is no paragraph."""
        own, line = self.cues[i], self.lines[i]
        if not own or own.kind != "byline" or own.alone or line.letters >= 120 or line.paragraph:
            return False
        return not any(x.paragraph for x in self.lines[i + 1 : i + 2])

    def _is_title(self, i: int) -> bool:
        line = self.lines[i]
        if not self.punctuated or line.bullet or not any(x.paragraph for x in self._own_lines(i + 1, 3)):
            return False
        if self.cues[i] or header_end(self.text[line.start : line.end]):
            return False
        shown = self.text[line.start : line.end]
        return (line.headline and not line.punctuated) or (line.letters <= 200 and bool(_SITE_SUFFIX.search(shown)))

    def _own_lines(self, i: int, number: int) -> list[Line]:
        """Return the next lines that are not known to be something else."""
        rest = range(i, min(i + 12, len(self.lines)))
        found = [k for k in rest if self.kinds[k] is None and not self.cues[k] and not self._is_header(k)]
        return [self.lines[k] for k in found[:number]]

    def _is_header(self, i: int) -> bool:
        line = self.lines[i]
        return header_end(self.text[line.start : line.end]) == line.end - line.start

    def _mark_repeated(self) -> None:
        seen: set[str] = set()
        for i, line in enumerate(self.lines):
            if self.kinds[i] is None and line.letters >= _REPEATED:
                if line.text in seen:
                    self.kinds[i] = "boilerplate"
                seen.add(line.text)

    def _mark_tail(self) -> None:
        for i, kind in _Tail(self).marks():
            self.kinds[i] = kind
        self._mark_bullets()

    def _mark_bullets(self) -> None:
        """Three or more headlines with bullets at the very end, not announced by the text before them."""
        i = len(self.lines)
        while i and (self.lines[i - 1].bullet or self.kinds[i - 1] == "filler"):
            i -= 1
        rest = [k for k in range(i, len(self.lines)) if self.lines[k].bullet and self.kinds[k] is None]
        if len(rest) < 3 or not i or self.text[self.lines[i - 1].end - 1] == ":":
            return
        if all(self.lines[k].headline and self.lines[k].words >= 4 for k in rest):
            for k in rest:
                self.kinds[k] = "related"

    def _mark_tweets(self) -> None:
        """A paragraph in another script right before the remains of a tweet is the tweet's text."""
        for i in range(1, len(self.lines)):
            before = self.lines[i - 1]
            if self.kinds[i] == "tweet" and self.kinds[i - 1] is None and before.letters < 400:
                own = before.text.isascii()
                if own != self._is_ascii:
                    self.kinds[i - 1] = "tweet"

    @cached_property
    def _is_ascii(self) -> bool:
        letters = [line.text for line in self.lines[:20]]
        return sum(t.isascii() for t in letters) * 2 > len(letters)

    def parts(self) -> Iterator[Part]:
        """Yield the parts: header and dateline are cut off the first paragraph, lost letters off a tweet."""
        opened = False
        for line, kind in zip(self.lines, self.kinds, strict=True):
            if kind is None and not opened:
                opened = True
                yield from self._opening(line)
            elif kind is None:
                yield from self._body(line)
            elif kind == "tweet":
                yield from self._without_lost(line.start, line.end, kind)
            else:
                yield Part(kind, line.start, line.end)

    def _opening(self, line: Line) -> Iterator[Part]:
        shown = self.text[line.start : line.end]
        start = line.start
        if head := header_end(shown):
            yield Part("header", start, start + head)
            shown = shown[head:].lstrip()
            start = line.end - len(shown)
        if is_dateline(shown):
            yield Part("dateline", start, line.end)
            return
        if shown and not line.bullet and (length := dateline_end(shown)) and not self._is_dialogue():
            yield Part("dateline", start, start + length)
            start += length
        tail = glued_cue(self.text, start, line.end)
        if start < line.end:
            yield Part("body", start, tail[1] if tail else line.end)
        if tail:
            yield Part(tail[0], tail[1], line.end)

    def _is_dialogue(self) -> bool:
        """Several paragraphs that begin with a few words and a colon are speakers, not places."""
        return sum(":" in line.text[:30] for line in self.lines[1:12] if line.paragraph) >= 2

    def _body(self, line: Line) -> Iterator[Part]:
        """Yield a paragraph, and what is glued to its end behind a cue such as `Source:`."""
        tail = glued_cue(self.text, line.start, line.end)
        end = tail[1] if tail else line.end
        yield from self._without_lost(line.start, end, "body")
        if tail:
            yield Part(tail[0], end, line.end)

    def _without_lost(self, begin: int, stop: int, kind: SegmentKind) -> Iterator[Part]:
        run = lost(self.text[begin:stop])
        if not run:
            yield Part(kind, begin, stop)
            return
        start, end = begin + run[0], begin + run[1]
        if begin < start:
            yield Part(kind, begin, start)
        yield Part("mojibake", start, end)
        if end < stop:
            yield Part(kind, end, stop)


class _Tail:
    """What follows an article: lists of other articles, links to them, a second article."""

    def __init__(self, page: _Page) -> None:
        self.page, self.lines, self.kinds, self.cues = page, page.lines, page.kinds, page.cues
        self.mode: SegmentKind = "body"
        self.ended = False
        self.linked = 0
        self.letters = 0
        self.tests = 0
        self.found: dict[int, SegmentKind] = {}

    def marks(self) -> Iterator[tuple[int, SegmentKind]]:
        """Yield the lines that are not the article's own."""
        for i in range(len(self.lines)):
            kind = self._step(i)
            if kind:
                self.found[i] = kind
            if kind and kind != "body":
                yield i, kind

    def _step(self, i: int) -> SegmentKind | None:
        own = self.cues[i]
        if self.kinds[i] is not None:
            self._note_end(i)
            return None
        if own and own.kind == "related" and self._may_begin():
            self.mode, self.linked = "related", 0
            return "related"
        if own and own.kind == "read_also" and self._is_link(i, own):
            return self._link(i, own)
        return self._plain(i)

    def _may_begin(self) -> bool:
        return self.letters >= _ARTICLE or self.mode != "body"

    def _note_end(self, i: int) -> None:
        """Keywords, or two different signs in a row, say that the article is over."""
        if self.letters < _ARTICLE or self.mode != "body":
            return
        near = {self.kinds[k] for k in range(max(i - 2, 0), i + 1)} & {"filler", "source_line", "share", "keywords"}
        self.ended = self.ended or (self.kinds[i] == "keywords" and len(near) >= 1) or len(near) >= 2

    def _is_link(self, i: int, own: Cue) -> bool:
        line = self.lines[i]
        return own.alone or line.headline or line.words <= 14

    def _link(self, i: int, own: Cue) -> SegmentKind:
        self.linked = _LINKS if own.alone else 0
        if own.alone and self._may_begin() and self._begins_article(i + 1):
            self.mode, self.ended = "second_article", True
        return "read_also"

    def _begins_article(self, i: int) -> bool:
        """A headline, then a paragraph that says it again; where the first article is over, any paragraph will do."""
        rest = self.lines[i : i + 4]
        if len(rest) < 2 or not rest[0].headline or not any(x.paragraph for x in rest[1:]):
            return False
        if self.ended:
            return True
        # A page of thousands of cue lines is no article; comparing texts for each would take quadratic time.
        self.tests += 1
        if self.tests > _TESTS:
            return False
        lead = next(x for x in rest[1:] if x.paragraph)
        own, before = _overlap(rest[0], [lead]), _overlap(rest[0], self.lines[: max(i - 1, 0)])
        return own >= 0.5 and own > before

    def _plain(self, i: int) -> SegmentKind:
        line = self.lines[i]
        if self.mode == "related":
            return self._listed(i, line)
        if self.mode == "second_article":
            return "teaser" if self._is_teaser(i) else "second_article"
        if self.linked:
            if line.headline and not line.punctuated and self.page.punctuated and self.letters:
                self.linked -= 1
                return "read_also"
            self.linked = 0
        if self.ended and (line.paragraph or line.headline):
            return self._after_end(i)
        self.letters += line.letters
        return "body"

    def _after_end(self, i: int) -> SegmentKind:
        """Another article or the headline of one, unless the article's own words are taken up again."""
        line = self.lines[i]
        if not line.paragraph and not any(x.paragraph for x in self.lines[i + 1 : i + 3]):
            return "related"
        if line.paragraph and self.kinds[i - 1] is not None and self._goes_on(i):
            self.ended = False
            self.letters += line.letters
            return "body"
        self.mode = "second_article"
        return "second_article"

    def _listed(self, i: int, line: Line) -> SegmentKind:
        """In a list of other articles until paragraphs say that an article goes on."""
        if not line.paragraph or line.letters < 80:
            return "related"
        before, following = self.lines[i - 1], self.lines[i + 1 : i + 2]
        if not before.bullet:
            goes_on = not self.ended and _overlap(before, [line]) == 0 and self._goes_on(i)
            if not goes_on and (self._is_lead(i) or not (following and following[0].paragraph)):
                return "related"
        self.mode = "second_article" if self.ended else "body"
        return self.mode

    def _is_lead(self, i: int) -> bool:
        """Whether a paragraph tells what the headline before it says."""
        line, before = self.lines[i], self.lines[i - 1]
        return self.tests <= _TESTS and before.headline and not before.punctuated and _overlap(before, [line]) >= _SAID

    def _goes_on(self, i: int) -> bool:
        """Whether a paragraph takes up the words of the article again."""
        self.tests += 1
        if self.tests > _TESTS:
            return False
        own = [line for k, line in enumerate(self.lines[:i]) if line.paragraph and self.found.get(k) == "body"]
        return _overlap(self.lines[i], own) >= _TAKEN_UP

    def _is_teaser(self, i: int) -> bool:
        """A headline of yet another article between two paragraphs of a second one."""
        line = self.lines[i]
        if not line.headline or line.punctuated or not 0 < i < len(self.lines) - 1:
            return False
        return self.lines[i - 1].paragraph and self.lines[i + 1].paragraph


def _overlap(headline: Line, others: list[Line]) -> float:
    """Return the share of a headline's longer words that others say too."""
    words = {w for w in WORD.findall(headline.text) if len(w) >= 3}
    if not words:
        return 0.0
    text = " ".join(x.text for x in others[-60:])[:20_000]
    return len(words & set(WORD.findall(text))) / len(words)
