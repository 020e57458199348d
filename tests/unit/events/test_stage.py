from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.events.stage import SPEC, extract
from pipeline.stage import Drop, Emit
from schemas import codec
from schemas.event import Mention
from tests.lang.examples import Example, found, judged
from tests.unit.events.reading import read

MEETING = Example("ur", "ایرانی وزیر خارجہ نے ترک صدر سے انقرہ میں ملاقات کی۔", ())
WORDS = [
    "روسی", "وزیر خارجہ", "نے", "پاکستان", "کے", "کی", "ملاقات", "کہا", "کہ", "دونوں ممالک", "ہم", "(", ")", "«", "\x00", "\ud800",
    "13 مئی", "۔", "،", "اور", "کر دیا", "गया", "चीन", "ने", "मुलाकात", "की", "\u200b", "<b>", "&amp;", "\n", "بدھ کو", "شام", "The",
    "president", "said that", "China", "met with", "۱۲", "9" * 30, "%", '"',
]  # fmt: skip


def reasons(example: Example) -> list[str]:
    return [effect.reason for effect in extract(judged(example), {}) if isinstance(effect, Drop)]


def test_an_article_without_an_event_is_dropped_for_that() -> None:
    assert reasons(Example("ur", "موسم خوشگوار ہے۔", ())) == ["no_event"]


def test_a_language_without_a_coder_is_dropped_for_that() -> None:
    assert reasons(Example("sw", "Rais alikutana na waziri.", ())) == ["language"]


def test_what_says_nothing_new_is_not_coded() -> None:
    article = judged(MEETING)
    repeated = replace(
        article, verdict=replace(article.verdict, verdict="duplicate", relation="copy", nothing_new=True)
    )
    assert extract(repeated, {}) == [Drop("nothing_new")]


def test_sport_is_off_topic() -> None:
    text = "پاکستان نے انگلینڈ پر حملہ کیا اور میچ میں چھ وکٹیں لیں، کپتان نے سنچری بنائی، ٹیم فائنل میں پہنچ گئی۔"
    assert reasons(Example("ur", text, ())) == ["off_topic"]


def test_a_mention_goes_out_under_its_block() -> None:
    emits = [effect for effect in extract(judged(MEETING), {}) if isinstance(effect, Emit)]
    assert [emit.key for emit in emits] == ["CONSULT:IRN,TUR"]
    assert SPEC.out is Mention


def test_only_the_articles_own_segments_are_coded() -> None:
    article = judged(MEETING)
    glued = tuple(replace(segment, kind="second_article") for segment in article.article.segments)
    assert extract(replace(article, article=replace(article.article, segments=glued)), {}) == [Drop("language")]


def test_the_same_article_gives_the_same_bytes() -> None:
    assert [codec.encode(m) for m in found(MEETING)] == [codec.encode(m) for m in found(MEETING)]


def test_a_shifted_offset_keeps_the_id() -> None:
    shifted = replace(MEETING, text="انقرہ کی خبر یہ ہے۔ " + MEETING.text)
    assert [m.mention_id for m in found(shifted)] == [m.mention_id for m in found(MEETING)]


def test_equal_events_are_told_apart_by_an_ordinal() -> None:
    text = "چینی صدر نے اطالوی وزیراعظم اور وزیر خارجہ سے الگ الگ ملاقات کی۔"
    mentions = read("ur", text)
    assert len({m.mention_id for m in mentions}) == len(mentions) == 2


def test_a_mention_survives_the_codec() -> None:
    for mention in found(MEETING):
        assert codec.decode(Mention, codec.encode(mention)) == mention


def test_confidence_is_the_product_of_its_parts() -> None:
    (mention,) = found(MEETING)
    parts = mention.confidence_parts
    assert mention.confidence == pytest.approx(parts.trigger * parts.roles * parts.country * parts.realis, abs=1e-3)


def test_the_place_of_a_meeting_is_the_city_it_was_held_in() -> None:
    (mention,) = found(MEETING)
    assert mention.event_location is not None
    assert (mention.event_location.country, mention.event_location.precision) == ("TUR", "place")


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["ur", "hi", "en"]), st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join))
def test_offsets_are_exact_on_any_mixture_of_words(language: str, text: str) -> None:
    found(Example(language, text, ()))


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(["ur", "hi", "en"]), st.text(max_size=200))
def test_any_text_is_read_without_an_exception(language: str, text: str) -> None:
    found(Example(language, text, ()))


def test_a_day_long_before_the_news_is_recalled_and_one_of_the_last_weeks_is_not():
    old, new = (read("en", f"Russian troops attacked Kyiv on {day}.")[0] for day in ("2 October 1968", "20 February"))
    assert "historical" in old.auxiliary
    assert "historical" not in new.auxiliary
    assert old.confidence < new.confidence
