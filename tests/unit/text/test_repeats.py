"""What a site puts around its articles is learned; what a story says is left alone."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.language.stage import SPEC
from pipeline.stage import Emit, Put
from pipeline.text.repeats.labels import relabelled
from pipeline.text.repeats.learning import Page, learn
from pipeline.text.repeats.passages import passages
from pipeline.text.repeats.sightings import SLOTS, Shown, Sightings
from pipeline.text.segment import Piece, segment
from schemas.article import Article, RawArticle, received
from schemas.codec import decode, encode
from tests.newsroom import SCRIPTS, Newsroom, Story, corpus

STAGE = SPEC.make()


class Stream:
    """The first stage over articles; state goes through the codec, as on a broker."""

    def __init__(self) -> None:
        self.view = Sightings()
        self.written: list[int] = []

    def feed(self, raw: RawArticle) -> Article:
        *puts, emit = STAGE(raw, self.view)
        for put in puts:
            assert isinstance(put, Put)
            self.keep(put)
        assert isinstance(emit, Emit)
        return emit.value

    def keep(self, put: Put[Shown]) -> None:
        if put.state is None:
            del self.view[put.key]
            return
        data = encode(put.state)
        self.written.append(len(data))
        self.view[put.key] = decode(Shown, data)


def kept(article: Article, kind: str) -> str:
    return "\n".join(article.received[s.start : s.end] for s in article.segments if s.kind == kind)


def is_labelled(article: Article, text: str) -> bool:
    """Say whether a text is boilerplate; it must be so as a whole or not at all."""
    start = article.received.index(text)
    inside = sum(
        max(0, min(s.end, start + len(text)) - max(s.start, start)) for s in article.segments if s.kind == "boilerplate"
    )
    assert inside in (0, len(text)), (text, kept(article, "boilerplate"))
    return inside > 0


@pytest.mark.parametrize("script", SCRIPTS)
def test_what_a_site_puts_behind_every_article_is_learned_and_nothing_else(script: str) -> None:
    room, stream = Newsroom(script), Stream()
    footer = room.sentences(3)
    for number in range(40):
        story = room.story()
        article = stream.feed(room.told(f"a{number}", story, behind="\n".join(footer)))
        assert [is_labelled(article, text) for text in footer] == [number >= 8] * 3
        assert not any(is_labelled(article, text) for text in story.sentences)


def test_nothing_is_thrown_away() -> None:
    for article in map(Stream().feed, corpus(120)):
        segments, end = article.segments, 0
        for one in segments:
            assert not article.received[end : one.start].strip()
            assert end <= one.start < one.end
            end = one.end
        assert not article.received[end:].strip()


def test_boilerplate_is_no_part_of_the_sketch_and_the_language() -> None:
    room, other, stream = Newsroom("Devanagari"), Newsroom("Latin"), Stream()
    footer = "\n".join(other.sentences(12))
    articles = [stream.feed(room.told(f"a{n}", room.story(3), behind=footer)) for n in range(20)]
    assert articles[-1].script == "Deva"
    assert articles[-1].letters < articles[0].letters / 2
    assert not set(articles[-1].sketch) & set(articles[-2].sketch)


def test_a_box_between_paragraphs_and_one_before_them_are_learned() -> None:
    room, stream = Newsroom(), Stream()
    before, between = room.sentence(12), room.sentence(14)
    for number in range(30):
        story = room.story(4)
        text = "\n".join((before, *story.sentences[:2], between, *story.sentences[2:]))
        article = stream.feed(room.page(f"a{number}", story.title, text))
    assert is_labelled(article, before)
    assert is_labelled(article, between)
    assert not any(is_labelled(article, text) for text in story.sentences)


@pytest.mark.parametrize(("length", "sections"), [(6, 1), (10, 1), (10, 4)])
def test_a_list_of_other_stories_is_learned_though_it_changes_with_every_article(length: int, sections: int) -> None:
    room, stream = Newsroom(), Stream()
    told: list[str] = []
    labelled = listed = 0
    for number in range(80):
        story = room.story()
        shown = told[number % sections :: sections][-length:]
        article = stream.feed(room.told(f"a{number}", story, behind="\n".join(reversed(shown))))
        assert not any(is_labelled(article, text) for text in story.sentences)
        told.append(story.lead)
        if number >= 50:
            listed += len(shown)
            labelled += sum(is_labelled(article, text) for text in shown)
    assert labelled / listed > 0.55


def test_a_review_of_the_week_is_no_list() -> None:
    room, stream = Newsroom(), Stream()
    stories = [room.story() for _ in range(40)]
    for number, story in enumerate(stories):
        stream.feed(room.told(f"a{number}", story))
    review = Story(
        room.story().title, (room.sentence(), room.sentence(), *(one.sentences[2] for one in stories[20:30]))
    )
    assert not kept(stream.feed(room.told("review", review)), "boilerplate")


def test_a_story_that_every_other_page_shows_keeps_its_own_opening() -> None:
    room, stream = Newsroom(), Stream()
    top = room.story()
    for number in range(40):
        stream.feed(room.told(f"a{number}", room.story(), behind=top.lead))
    article = stream.feed(room.told("top", top))
    assert not any(is_labelled(article, text) for text in top.sentences)
    assert is_labelled(stream.feed(room.told("next", room.story(), behind=top.lead)), top.lead)


@pytest.mark.parametrize("every", [1, 3, 6])
def test_what_follow_ups_quote_from_the_first_report_is_theirs(every: int) -> None:
    room, stream = Newsroom(), Stream()
    for number in range(30):
        stream.feed(room.told(f"before{number}", room.story()))
    first = room.story()
    stream.feed(room.told("first", first))
    for number in range(8 * every):
        story = room.story()
        if number % every == 0:
            story = Story(f"{first.title} {story.title}", (*story.sentences, *first.sentences[1:3]))
        article = stream.feed(room.told(f"a{number}", story))
        assert not kept(article, "boilerplate")


def test_copies_under_other_addresses_are_one_story() -> None:
    room, stream = Newsroom(), Stream()
    for number in range(30):
        stream.feed(room.told(f"before{number}", room.story()))
    story = room.story()
    assert not any(kept(stream.feed(room.told(f"copy{n}", story)), "boilerplate") for n in range(15))


def test_the_same_page_under_many_headlines_is_no_story() -> None:
    room, stream = Newsroom(), Stream()
    wall = "\n".join(room.sentences(5))
    for number in range(30):
        stream.feed(room.told(f"a{number}", room.story()))
    walls = [stream.feed(room.page(f"wall{n}", room.story().title, wall)) for n in range(16)]
    assert not kept(walls[4], "boilerplate")
    assert not kept(walls[-1], "body")
    assert walls[-1].letters == 0
    assert not kept(stream.feed(room.told("after", room.story())), "boilerplate")


def test_few_articles_teach_nothing() -> None:
    room, stream = Newsroom(), Stream()
    footer = room.sentence()
    articles = [stream.feed(room.told(f"a{n}", room.story(), behind=footer)) for n in range(8)]
    assert not any(kept(article, "boilerplate") for article in articles)


def test_sites_do_not_learn_from_each_other() -> None:
    room, stream = Newsroom(), Stream()
    footer = room.sentence()
    for number in range(30):
        article = stream.feed(room.told(f"a{number}", room.story(), behind=footer, site=f"site{number % 4}.example"))
    assert not kept(article, "boilerplate")


def test_an_article_counts_once_however_often_it_comes_and_in_whatever_versions() -> None:
    room, stream = Newsroom(), Stream()
    for number in range(30):
        stream.feed(room.told(f"before{number}", room.story()))
    story, footer = room.story(), room.sentence()
    for version in range(1, 30):
        telling = replace(story, title=room.story().title)
        article = stream.feed(room.told("live", telling, behind=footer, version=version))
        assert not kept(article, "boilerplate")
    assert len(stream.view) == 31


def test_a_redelivered_article_gets_the_answer_it_got_and_changes_nothing() -> None:
    stream = Stream()
    articles = corpus(150)
    answers = [encode(stream.feed(raw)) for raw in articles]
    state = {key: encode(stream.view[key]) for key in stream.view}
    again = articles[-60:]
    assert [encode(stream.feed(raw)) for raw in again] == answers[-60:]
    assert {key: encode(stream.view[key]) for key in stream.view} == state


def test_a_rebuilt_view_answers_alike_whatever_the_order_of_its_entries() -> None:
    stream, articles = Stream(), corpus(200)
    for raw in articles[:150]:
        stream.feed(raw)
    entries = [(key, stream.view[key]) for key in stream.view]
    random.Random(3).shuffle(entries)
    rebuilt = Stream()
    rebuilt.view = Sightings(dict(entries))
    assert [encode(rebuilt.feed(raw)) for raw in articles[150:]] == [encode(stream.feed(raw)) for raw in articles[150:]]


def test_what_a_site_no_longer_shows_is_forgotten_after_three_days() -> None:
    room, stream = Newsroom(), Stream()
    footer = room.sentence()
    for number in range(40):
        stream.feed(room.told(f"a{number}", room.story(), behind=footer))
    room.minutes += 4 * 24 * 60
    for number in range(4):  # a record moves the clock by a day at most
        stream.feed(room.told(f"b{number}", room.story()))
    article = stream.feed(room.told("late", room.story(), behind=footer))
    assert not kept(article, "boilerplate")
    assert len(stream.view) < 40


def test_the_state_of_a_site_and_what_an_article_writes_are_bounded() -> None:
    room, stream = Newsroom(), Stream()
    for number in range(2 * SLOTS + 50):
        room.minutes -= 9
        page = Page(
            "s",
            f"a{number}",
            1,
            f"title {number}",
            text := "\n".join(room.sentences(120)),
            (Piece("body", 0, len(text)),),
        )
        for put in learn(page, stream.view).puts:
            stream.keep(put)
    assert len(stream.view) == SLOTS
    assert max(stream.written) < 1_000
    assert sum(len(key) + len(encode(stream.view[key])) for key in stream.view) < 200_000


def test_an_article_without_a_headline_is_known_by_its_first_words() -> None:
    room, stream = Newsroom(), Stream()
    footer = room.sentence()
    for number in range(20):
        story = room.story()
        article = stream.feed(replace(room.told(f"a{number}", story, behind=footer), headline=None))
    assert is_labelled(article, footer)


TEXTS = st.text(max_size=300) | st.lists(
    st.sampled_from(["a. ", "\n", "۔", '!"', " ", "wordwordword", "\ud800", "\x00"]), max_size=60
).map("".join)


@given(TEXTS, st.none() | st.text(max_size=20))
def test_passages_hold_every_character_of_the_body_once(text: str, title: str | None) -> None:
    whole = received(title, text)
    pieces = segment(title, text)
    found = passages(whole, pieces)
    for piece in pieces:
        own = [p for p in found if piece.start <= p.start < piece.end]
        if piece.kind == "body":
            assert "".join("".join(whole[p.start : p.end].split()) for p in own) == "".join(
                whole[piece.start : piece.end].split()
            )
        else:
            assert not own
    assert all(a.end <= b.start for a, b in pairwise(found))


@given(TEXTS, st.lists(st.integers(0, 320), max_size=8))
def test_relabelling_moves_no_character(text: str, cuts: list[int]) -> None:
    pieces = segment(None, text)
    places = sorted(set(cuts))
    spans = list(zip(places[::2], places[1::2], strict=False))
    again = relabelled(pieces, spans, text)
    assert "".join("".join(text[p.start : p.end].split()) for p in again) == "".join(
        "".join(text[p.start : p.end].split()) for p in pieces
    )
    for start, end in spans:
        for piece in again:
            if piece.kind == "body":
                assert not text[max(start, piece.start) : min(end, piece.end)].strip()


@given(st.lists(st.tuples(st.sampled_from("abc"), TEXTS, st.none() | st.text(max_size=9)), max_size=30))
def test_any_texts_are_taken_and_come_back_with_the_same_answers(records: list[tuple[str, str, str | None]]) -> None:
    view = Sightings()
    for number, (site, text, title) in enumerate(records):
        page = Page(site, f"{number}", 1, title, received(title, text), segment(title, text))
        learned = learn(page, view)
        for put in learned.puts:
            view[put.key] = put.state
        assert learn(page, view).spans == learned.spans
