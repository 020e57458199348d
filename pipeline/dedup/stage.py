"""Stage 2: judge every article, drop none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from operator import attrgetter

from pipeline.clock import advanced
from pipeline.dedup.changes import changes, numbers
from pipeline.dedup.compare import Pair, overlap
from pipeline.dedup.index import SeenIndex
from pipeline.dedup.memory import Memory, rest
from pipeline.dedup.parts import glued
from pipeline.dedup.postings import Hashes
from pipeline.dedup.state import DECISIONS_KEPT, Decision, Seen, event_time, order, packed, publication
from pipeline.dedup.verdicts import NEW, Finding, finding, revision, same_page, twins
from pipeline.dedup.wording import Folded, folded
from pipeline.stage import Emit, Put, StageSpec
from pipeline.text.urls import canonical
from schemas.article import Article, JudgedArticle, Part, Verdict

FORGOTTEN_AT_ONCE = 8
CARRIERS_KEPT = 500
COMPARED = 32
GROUP_STEPS = 64
PLACES = 4
_FIELDS = tuple(field.name for field in fields(Article))
_values = attrgetter(*_FIELDS)

Effects = Iterable[Emit[JudgedArticle] | Put[Seen]]


def judge(article: Article, state: Mapping[str, Seen], /) -> Effects:
    """Say what an article repeats, and remember it.

    A version that was judged before gets the same verdict again. What is put for the group comes before what is put
    for the article itself: after a crash in between, the same verdict is reached once more.
    """
    index = state if isinstance(state, SeenIndex) else Memory(state)
    mine = index.known(article.uri)
    if article.pubstatus != "usable":
        # What a source takes back is compared with nothing, and nothing with it.
        return [_judged(article, Verdict(verdict="new", relation="new", group=mine.group if mine else article.uri))]
    verdict = mine.answer(article.version, article.text_sha256) if mine else None
    if verdict is not None:
        return [_judged(article, verdict)]
    return list(_remembered(article, mine, index))


def _remembered(article: Article, mine: Seen | None, index: SeenIndex) -> Iterator[Emit[JudgedArticle] | Put[Seen]]:
    words = folded(article)
    entry = _entry(article, words, mine, index)
    hashes = entry.hashes
    shared, repeated = index.sharing(hashes)
    reading = _Reading(article, entry, words, index, hashes[repeated])
    found = _found(reading, shared, mine)
    leaders = _leaders(found, article.uri, index)
    group = _group(entry, leaders, mine, index)
    members = (entry, *leaders) if mine is None else (entry, mine, *leaders)
    carriers = _carriers(members) if len(members) > 1 else (entry.site,)
    verdict = _with_changes(_verdict(entry, found, leaders, group, carriers), reading, found, mine)
    if parts := tuple(_parts(article, index)):
        verdict = replace(verdict, parts=parts)
    own = replace(
        entry,
        group=group,
        carriers=() if any(leader.uri == group for leader in leaders) else carriers,
        decisions=_decisions(article, verdict, mine),
    )
    if found.twins:
        yield from _regrouped(found, leaders, group, carriers, index)
    late = mine is not None and article.version < mine.latest.version
    yield Put(own.uri, _with_news(mine, own) if mine is not None and late else own)
    if stale := index.stale(own.arrived, FORGOTTEN_AT_ONCE):
        kept = {own.uri, *(leader.uri for leader in leaders)}
        yield from (Put(uri, rest(uri, index)) for uri in stale if uri not in kept)
    yield _judged(article, verdict)


def _judged(article: Article, verdict: Verdict) -> Emit[JudgedArticle]:
    """Pass an article on without its folded words, which nobody reads any more."""
    return Emit(article.uri, JudgedArticle(article=_without_words(article), verdict=verdict))


def _without_words(article: Article) -> Article:
    """Do what `replace` does in half the time, for an article has many fields."""
    other = object.__new__(Article)
    for name, value in zip(_FIELDS, _values(article), strict=True):
        object.__setattr__(other, name, value)
    object.__setattr__(other, "words", None)
    return other


def _with_news(mine: Seen, own: Seen) -> Seen:
    """Keep the text of a later version when an earlier one comes after it."""
    return replace(mine, decisions=own.decisions, time=own.time, group=own.group, carriers=own.carriers)


def _regrouped(
    found: Finding, leaders: tuple[Seen, ...], group: str, carriers: tuple[str, ...], index: SeenIndex
) -> Iterator[Put[Seen]]:
    """Tell the earliest articles of the groups joined, and those met on the way to them, what group they are in."""
    known = {leader.uri for leader in leaders}
    for leader in leaders:
        sites = carriers if leader.uri == group else leader.carriers
        if (group, sites) != (leader.group, leader.carriers):
            yield Put(leader.uri, replace(leader, group=group, carriers=sites))
    for uri in found.twins:
        seen = index[uri]
        if uri not in known and seen.group != group and seen.group in index:
            yield Put(uri, replace(seen, group=group))


def _entry(article: Article, words: Folded, mine: Seen | None, index: SeenIndex) -> Seen:
    """Make the entry of an article as far as it does not depend on others; the earliest time of all versions counts."""
    time = event_time(article)
    return Seen(
        uri=article.uri,
        site=article.site,
        time=min((one for one in (time, mine.time if mine else None) if one is not None), default=None),
        published=publication(article),
        arrived=advanced(index.clock, time),
        canonical_url=_page(article),
        text_key=words.text_key,
        letters=article.letters,
        sketch=packed(article.sketch),
        wording=words.packed,
        group=article.uri,
        decisions=(),
    )


def _page(article: Article) -> str | None:
    """Return the key of an article's address, however it is given; the front page of a site names no article."""
    key = canonical(article.canonical_url) or article.canonical_url or canonical(article.url)
    return key if key and ("/" in key or "?" in key) else None


@dataclass(frozen=True, slots=True)
class _Reading:
    """An article about to be compared; `common` are those of its hashes that are boilerplate."""

    article: Article
    entry: Seen
    words: Folded
    index: SeenIndex
    common: Hashes

    def pair(self, uri: str) -> Pair:
        """Put an older article beside it."""
        old = self.index[uri]
        return Pair(self.article, self.entry, old, self.words, overlap(self.entry, old, self.common))

    def pairs(self, uris: Iterable[str]) -> list[Pair]:
        """Put older articles beside it, the nearest first."""
        return sorted((self.pair(uri) for uri in uris), key=_by_nearness)


def _found(reading: _Reading, shared: Mapping[str, int], mine: Seen | None) -> Finding:
    """Compare with its earlier version or with what has the same address, else with everything alike."""
    index, own = reading.index, reading.article.uri
    found = _revised(reading, mine)
    alike = (*index.with_text(reading.entry.text_key), *_nearest(shared, index))
    pairs = reading.pairs(uri for uri in dict.fromkeys(alike) if uri != own) if alike else []
    if _is_furniture(pairs):
        pairs = [pair for pair in pairs if pair.old.text_key != pair.new.text_key]
    if found is None:
        return finding(pairs) if pairs else NEW
    joined = (found.of, *twins(pairs)) if found.of else twins(pairs)
    return replace(found, twins=tuple(dict.fromkeys(joined)))


def _revised(reading: _Reading, mine: Seen | None) -> Finding | None:
    """Compare with the earlier version of the article or its page, if there is one."""
    if mine is not None:
        return revision(reading.pair(mine.uri))
    known = reading.index.with_url(reading.entry.canonical_url)
    if not known:
        return None
    pages = [pair for pair in reading.pairs(uri for uri in known if uri != reading.article.uri) if pair.is_same_page]
    return same_page(next((pair for pair in pages if pair.is_same_words), pages[0])) if pages else None


def _nearest(shared: Mapping[str, int], index: SeenIndex) -> list[str]:
    """Return those that share most, of those that share alike the earliest; few entries are read for it."""
    if len(shared) <= COMPARED:
        return list(shared)
    least = sorted(shared.values(), reverse=True)[COMPARED - 1]
    enough = [uri for uri, count in shared.items() if count >= least]
    return sorted(enough, key=lambda uri: (-shared[uri], order(index[uri].time, uri)))[:COMPARED]


def _by_nearness(pair: Pair) -> tuple[float, float, tuple[bool, int, str]]:
    amount = pair.overlap
    return -round(amount.of_new, 2), -round(amount.jaccard, 2), order(pair.old.time, pair.old.uri)


def _is_furniture(pairs: Iterable[Pair]) -> bool:
    """Say whether one site put this very text under different headlines, as it does with a block or consent page."""
    twins = [pair for pair in pairs if pair.old.text_key == pair.new.text_key]
    if not twins:
        return False
    titles = {(pair.old.site, pair.old_wording.title) for pair in twins}
    titles.update((pair.new.site, pair.wording.title) for pair in twins[:1])
    return len(titles) > len({site for site, _ in titles})


def _leaders(found: Finding, own: str, index: SeenIndex) -> tuple[Seen, ...]:
    """Return the earliest known article of every group that an article joins, itself left out."""
    if not found.twins:
        return ()
    leaders = {leader.uri: leader for leader in (_leader(uri, index) for uri in found.twins) if leader.uri != own}
    return tuple(sorted(leaders.values(), key=_age))


def _leader(uri: str, index: SeenIndex) -> Seen:
    seen = index[uri]
    for _ in range(GROUP_STEPS):
        if seen.group == seen.uri or seen.group not in index:
            break
        seen = index[seen.group]
    return seen


def _age(seen: Seen) -> tuple[bool, int, str]:
    return order(seen.time, seen.uri)


def _group(entry: Seen, leaders: tuple[Seen, ...], mine: Seen | None, index: SeenIndex) -> str:
    """Name the group: the uri of its earliest article, also when that has left the window."""
    first = min((entry, *leaders), key=_age) if leaders else entry
    if first is entry:
        return entry.uri if mine is None or mine.group in index else mine.group
    return first.uri if first.group in index else first.group


def _carriers(members: Iterable[Seen]) -> tuple[str, ...]:
    sites = {site for seen in members for site in (seen.site, *seen.carriers)}
    return tuple(sorted(sites)[:CARRIERS_KEPT])


def _verdict(entry: Seen, found: Finding, leaders: tuple[Seen, ...], group: str, carriers: tuple[str, ...]) -> Verdict:
    """Write a finding down; an article repeats the earliest other one of its group, never itself."""
    of = group if group != entry.uri else leaders[0].uri if leaders else found.of
    return Verdict(
        verdict=found.word,
        relation=found.relation,
        of=of if found.of and of != entry.uri else None,
        group=group,
        similarity=round(found.overlap.jaccard, PLACES),
        containment=round(found.overlap.containment, PLACES),
        nothing_new=found.nothing_new,
        related=tuple(uri for uri in found.related if uri not in (of, entry.uri)),
        carriers=carriers,
        merged=tuple(sorted({leader.group for leader in leaders} - {group})[:CARRIERS_KEPT]) if leaders else (),
    )


def _with_changes(verdict: Verdict, reading: _Reading, found: Finding, mine: Seen | None) -> Verdict:
    """Say what an update changed; an earlier version that comes late updates nothing."""
    article = reading.article
    if found.word != "update" or found.of is None or (mine is not None and article.version < mine.latest.version):
        return verdict
    old = reading.pair(found.of)
    named = () if old.old.lasting else changes(article, reading.words.wording, old.old_wording)
    return replace(verdict, changes=named, numbers=numbers(named, article))


def _parts(article: Article, index: SeenIndex) -> Iterator[Part]:
    """Name the glued articles that repeat a known one."""
    for segment, part in glued(article):
        words = folded(part)
        entry = _entry(part, words, None, index)
        shared, repeated = index.sharing(entry.hashes)
        reading = _Reading(part, entry, words, index, entry.hashes[repeated])
        found = _found(reading, shared, None)
        if found.of is not None:
            amount = round(found.overlap.containment, PLACES)
            yield Part(start=segment.start, end=segment.end, of=found.of, relation=found.relation, containment=amount)


def _decisions(article: Article, verdict: Verdict, mine: Seen | None) -> tuple[Decision, ...]:
    """Add a verdict to those given before, by version; the latest few are kept."""
    decision = Decision(version=article.version, text_sha256=article.text_sha256, verdict=verdict)
    if mine is None:
        return (decision,)
    known = (*mine.decisions, decision)
    return tuple(sorted(known, key=lambda one: one.version)[-DECISIONS_KEPT:])


SPEC: StageSpec[Article, JudgedArticle, Seen] = StageSpec(
    name="dedup",
    source="news.articles",
    sink="news.unique",
    record=Article,
    out=JudgedArticle,
    state=Seen,
    make=lambda: judge,
    view=Memory,
)
