"""Articles for tests of the dedup stage, made as the language stage makes them, all of a text being its body unless said otherwise."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from pipeline.dedup.memory import Memory
from pipeline.dedup.stage import judge
from pipeline.source import read_time
from pipeline.stage import Emit, Put
from pipeline.text.folded import folded
from pipeline.text.segment import Piece, segment
from pipeline.text.site import site_of
from pipeline.text.urls import canonical
from schemas import codec
from schemas.article import Article, Segment, Verdict, received


def article(uri: str, text: str, title: str | None = None, *, cut: bool = False, **fields: Any) -> Article:
    """Return an article; `source`, `url` and `published` are as on an input line of `khabar process`.

    `cut` cuts it into segments of all kinds, as the first stage does.
    """
    published, precision = read_time(fields.pop("published", None))
    source, url = fields.pop("source", None), fields.pop("url", None)
    whole = received(title, text)
    start = len(whole) - len(text)
    title_piece = (Piece("title", 0, start - 1),) if start else ()
    pieces = segment(title, text) if cut else (*title_piece, Piece("body", start, len(whole)))
    segments = [
        Segment(kind=piece.kind, start=piece.start, end=piece.end, language="und", confidence=0.0, script="Zyyy")
        for piece in pieces
    ]
    words = folded(title, tuple(segments), whole)
    found = words.sketch
    known: dict[str, Any] = {
        "uri": uri,
        "site": site_of(url) or source or uri,
        "source": source,
        "url": url,
        "canonical_url": canonical(url),
        "title": title,
        "text": text,
        "published": published,
        "published_precision": precision,
        "language": "und",
        "confidence": 0.0,
        "script": "Zyyy",
        "reason": "test",
        "detector": "none",
        "segments": tuple(segments),
        "text_sha256": sha256(whole.encode("utf-8", "surrogatepass")).hexdigest(),
        "letters": found.letters,
        "sketch": found.hashes,
        "text_key": words.text_key,
        "words": words.packed,
    }
    return Article(**(known | fields))


class Stream:
    """One partition: its state, and the verdicts in order."""

    def __init__(self) -> None:
        self.index = Memory()
        self.verdicts: list[Verdict] = []
        self.deleted = 0

    def feed(self, one: Article) -> Verdict:
        """Judge an article and perform the effects."""
        emitted = []
        for effect in judge(one, self.index):
            if isinstance(effect, Put):
                self.put(effect)
            elif isinstance(effect, Emit):
                emitted.append(effect.value.verdict)
        self.verdicts += emitted
        assert len(emitted) == 1
        return emitted[0]

    def put(self, effect: Put) -> None:
        """Keep or forget one entry."""
        if effect.state is None:
            self.deleted += 1
            del self.index[effect.key]
        else:
            self.index[effect.key] = effect.state

    def groups(self) -> set[frozenset[str]]:
        """Return the groups as the state knows them at the end."""
        found: dict[str, set[str]] = {}
        for uri, entry in self.index.items():
            group = entry.group
            while group in self.index and self.index[group].group != group:
                group = self.index[group].group
            found.setdefault(group, set()).add(uri)
        return {frozenset(members) for members in found.values()}

    def bytes(self) -> int:
        """Return the size of the state as a broker would keep it."""
        return sum(len(codec.encode(entry)) for entry in self.index.values())
