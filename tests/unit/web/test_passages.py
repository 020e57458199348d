"""Evidence in context: the runs together are the text, and the marks stand where the spans are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agents.web.passages import CONTEXT, LIMIT, Run, headline, passages
from schemas.event import Span
from tests.browser.records import SENTENCES, article, told


def joined(passage: list[Run], mark: str | None = None) -> str:
    return "".join(run.text for run in passage if mark is None or mark in run.marks)


def test_evidence_trigger_and_actors_are_marked_in_every_script():
    for number, (language, (sentence, trigger)) in enumerate(SENTENCES.items()):
        mention = told(number, language)
        (passage,) = passages(mention, article(mention).article.received)
        assert joined(passage, "evidence") == sentence
        assert joined(passage, "trigger") == trigger
        assert joined(passage, "actor") == sentence.split()[0]
        assert joined(passage) == f"Headline {number}\n{sentence}\nAnd more was said."


def test_without_the_text_the_evidence_stands_alone():
    mention = told(1, "ur")
    (passage,) = passages(mention, None)
    assert joined(passage) == joined(passage, "evidence") == mention.evidence[0].text
    assert joined(passage, "trigger") == mention.trigger.text


def test_a_text_that_is_another_one_is_not_cut_by_foreign_offsets():
    mention = told(1, "en")
    (passage,) = passages(mention, "Another version of the article, where nothing stands where it stood.")
    assert joined(passage) == mention.evidence[0].text


def test_far_apart_pieces_of_evidence_are_passages_of_their_own():
    text = "first met here. " + "filler words " * 200 + "later met there."
    one, other = text.index("first met here"), text.index("later met there")
    spans = (
        Span(text="first met here", start=one, end=one + 14),
        Span(text="later met there", start=other, end=other + 15),
    )
    mention = told(1, evidence=spans, trigger=Span(text="met", start=one + 6, end=one + 9), actors=())
    first, second = passages(mention, text)
    assert joined(first, "evidence") == "first met here"
    assert joined(second, "evidence") == "later met there"
    assert second[0].text == first[-1].text == "…"
    assert len(joined(first)) < CONTEXT + 20


def test_a_very_long_text_is_cut():
    text = "x" * 1_000_000
    mention = told(
        1, evidence=(Span(text=text, start=0, end=len(text)),), trigger=Span(text="x", start=0, end=1), actors=()
    )
    assert sum(len(joined(passage)) for passage in passages(mention, text)) <= LIMIT + 2


@given(st.text(max_size=60), st.integers(0, 50), st.integers(0, 50), st.integers(-5, 70), st.integers(-5, 70))
def test_runs_never_lose_or_repeat_a_sign(text: str, start: int, length: int, trigger: int, end: int):
    start, stop = min(start, len(text)), min(start + length, len(text))
    span = Span(text=text[start:stop], start=start, end=stop)
    mention = told(1, evidence=(span,), trigger=Span(text="?", start=trigger, end=end), actors=())
    (passage,) = passages(mention, text)
    assert joined(passage) == text
    assert joined(passage, "evidence") == span.text


def test_a_headline_is_a_short_first_line_above_the_evidence():
    mention = told(4)
    assert headline(mention, article(mention).article.received) == "Headline 4"
    assert headline(mention, None) is None
    assert headline(mention, mention.evidence[0].text) is None
    assert headline(mention, "x" * 300 + "\nbody") is None
