"""The first stage: a raw article becomes an article cut into pieces, with its languages and its sketch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256

from pipeline.clock import seconds
from pipeline.language.detect import Backend, backend
from pipeline.language.document import Document, analyse
from pipeline.language.script import BUCKETS, OTHER_BUCKET
from pipeline.resources import knowledge_rows
from pipeline.source import site_key
from pipeline.stage import Effect, Emit, Reject, StageSpec
from pipeline.text.folded import folded
from pipeline.text.normalise import normalise
from pipeline.text.repeats.labels import relabelled
from pipeline.text.repeats.learning import Page, learn
from pipeline.text.repeats.sightings import Shown, Sightings
from pipeline.text.segment import Piece, pieces
from pipeline.text.site import site_of, suffix_of
from pipeline.text.urls import canonical
from schemas.article import Article, RawArticle, received

# Characters of a text that are analysed; what is behind them travels on as one piece that no stage reads.
_ANALYSED = 200_000
# Country domains that are no country of ISO 3166, and those sold as words.
_SUFFIXES = {"uk": "GBR", "eu": None, "su": "RUS", "ac": None}
_SOLD = frozenset(("ai", "cc", "co", "fm", "gg", "io", "la", "me", "tv", "ws", "to", "ly"))


class LanguageStage:
    """RawArticle to Article; a text without a single letter is rejected as empty."""

    def __init__(self, detector: Backend | None = None) -> None:
        self._detector = detector or backend()

    def __call__(self, record: RawArticle, state: Mapping[str, Shown], /) -> Iterable[Effect[Article, Shown]]:
        """Return the article under its uri, to the partition of its script, and what its site may repeat."""
        title, text = _title_and_text(record)
        whole = received(title, text)
        if not any(map(str.isalpha, whole)) and record.pubstatus == "usable":
            return [Reject("empty", "the article has no letters")]
        page = Page(
            site=site_key(record),
            uri=record.uri,
            version=record.version,
            title=title,
            received=whole,
            pieces=_cut(whole, title, text),
            time=seconds(_seen(record)),
        )
        learned = learn(page, state if isinstance(state, Sightings) else Sightings(state))
        pieces = relabelled(page.pieces, learned.spans, whole) if learned.spans else page.pieces
        document = analyse(whole, pieces, self._detector, _declared(record.language))
        article = self._article(record, title, text, document)
        return [*learned.puts, Emit(article.uri, article, BUCKETS.get(article.script, OTHER_BUCKET))]

    def _article(self, record: RawArticle, title: str | None, text: str, document: Document) -> Article:
        whole = received(title, text)
        found, source = document.whole, record.infosource
        words = folded(title, document.segments, whole)
        sample = words.sketch
        return Article(
            uri=record.uri,
            version=record.version,
            pubstatus=record.pubstatus,
            site=_site(record),
            source=source.name if source else None,
            country=(source.country if source else None) or country_of(record.url),
            url=record.url,
            canonical_url=canonical(record.url),
            title=title,
            text=text,
            published=record.contentcreated,
            published_precision=record.contentcreated_precision,
            seen=_seen(record),
            language=found.language,
            confidence=found.confidence,
            script=found.script,
            alternatives=found.alternatives,
            group=found.group,
            reason=found.reason,
            declared=record.language,
            detector=self._detector.name,
            shares=document.shares,
            segments=document.segments,
            text_sha256=sha256(whole.encode("utf-8", "surrogatepass")).hexdigest(),
            letters=sample.letters,
            sketch=sample.hashes,
            text_key=words.text_key,
            words=words.packed,
        )


def _title_and_text(record: RawArticle) -> tuple[str | None, str]:
    """Return the headline and the text; a headline that is nothing but white space is none."""
    title = record.headline if record.headline and record.headline.strip() else None
    return title, record.text


def _cut(whole: str, title: str | None, text: str) -> tuple[Piece, ...]:
    """Return the pieces; what lies behind the analysed part is one filler, so that nothing is lost."""
    begin = len(whole) - len(text)
    if len(text) <= _ANALYSED:
        return pieces(whole, title, normalise(whole, begin))
    end = begin + _ANALYSED
    found = pieces(whole[:end], title, normalise(whole, begin, end))
    rest = whole[end:]
    start = end + len(rest) - len(rest.lstrip())
    stop = len(whole) - (len(rest) - len(rest.rstrip()))
    return (*found, Piece("filler", start, stop)) if start < stop else found


def _declared(tag: str | None) -> str | None:
    """Return the primary subtag of a declared language."""
    return tag.replace("_", "-").split("-")[0].lower() if tag else None


def _seen(record: RawArticle) -> str | None:
    return record.versioncreated or record.firstcreated


def _site(record: RawArticle) -> str:
    name = record.infosource.name if record.infosource else None
    return site_of(record.url) or (name.strip().lower() if name else "") or "unknown"


@cache
def _countries() -> dict[str, str]:
    return {row[1].lower(): row[0] for row in knowledge_rows("countries")}


def country_of(url: str | None) -> str | None:
    """Return the country (ISO 3166-1 alpha-3) whose domain an address is in, None for the others."""
    suffix = suffix_of(url)
    if not suffix or suffix in _SOLD:
        return None
    return _SUFFIXES.get(suffix) or _countries().get(suffix)


SPEC: StageSpec[RawArticle, Article, Shown] = StageSpec(
    name="language",
    source="news.raw",
    sink="news.articles",
    record=RawArticle,
    out=Article,
    state=Shown,
    make=LanguageStage,
    view=Sightings,
)
