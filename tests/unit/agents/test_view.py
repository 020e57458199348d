"""The readable view, and untrusted text on a terminal."""

from __future__ import annotations

import io
import unicodedata
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from agents.display import clean, cut, is_right_to_left, isolated, padded
from agents.view import Fates, fates, parties, show
from pipeline.blocks import block_key
from pipeline.driver import Driver
from pipeline.linking.stage import SPEC
from pipeline.stage import Emit
from schemas.article import Article, JudgedArticle, Segment, Verdict
from schemas.event import Actor, Event, Mention, Span
from tests.unit.linking.mentions import ISLAMABAD, LAVROV, QURESHI, city, day, mention

URDU = "روسی وزیر خارجہ نے اسلام آباد میں وزیر خارجہ سے ملاقات کی۔ " * 4
HINDI = "रूस के विदेश मंत्री ने इस्लामाबाद में मुलाकात की। " * 4


@dataclass
class Run:
    sent: int = 0
    dead: Counter[str] = field(default_factory=Counter)
    dead_from: Counter[str] = field(default_factory=Counter)
    judged: list[JudgedArticle] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


def judged(uri: str, language: str, **verdict: Any) -> JudgedArticle:
    article = Article(
        uri=uri, site="s", text="x", language=language, confidence=0.99, script="Arab", reason="r", detector="d", text_sha256="0"
    )  # fmt: skip
    return JudgedArticle(article=article, verdict=Verdict(**{"verdict": "new", "relation": "new", "group": uri, **verdict}))  # fmt: skip


def a_run(*mentions: Mention, **fields: Any) -> Run:
    driver = Driver([SPEC])
    for one in mentions:
        driver.run(Emit(block_key(one), one))
    return Run(mentions=list(mentions), events=list(driver.events().values()), **fields)


def printed(run: Run, width: int = 100, **options: Any) -> str:
    out = io.StringIO()
    show(run, Console(file=out, width=width, highlight=False), **options)
    return out.getvalue()


def told(name: str, text: str, language: str, **fields: Any) -> Mention:
    return mention(
        name,
        actors=(LAVROV,),
        recipients=(QURESHI,),
        event_date=day("2021-04-07"),
        event_location=city(ISLAMABAD),
        language=language,
        evidence=(Span(text=text, start=0, end=len(text)),),
        **fields,
    )


def test_articles_and_events_are_shown_with_evidence_in_each_language():
    run = a_run(
        told("a", URDU, "ur"),
        told("b", HINDI, "hi"),
        sent=3,
        dead=Counter(decode=1),
        dead_from=Counter({"news.raw": 1}),
        judged=[judged("article-a", "ur"), judged("article-b", "hi", verdict="contained", of="article-a")],
    )
    text = printed(run)
    lines = text.splitlines()
    assert lines[1].split() == ["article-a", "ur", "0.99", "new", "1"]
    assert lines[2].split() == ["article-b", "hi", "0.99", "contained", "of", "article-a", "1"]
    (event,) = [line for line in lines if line.startswith("2021-04-07")]
    assert event.split() == ["2021-04-07", "CONSULT", "RUS", "→", "PAK", "Islamabad"]
    assert "2 mentions, 2 articles, 2 sources, confidence 0.96" in text
    assert lines[-1] == "3 in = 2 out + 0 dropped + 1 dead (decode 1); 2 mentions, 1 event"


def test_other_languages_of_an_article_are_named():
    one = judged("a", "ur")
    tweet = Segment(kind="tweet", start=0, end=1, language="en", confidence=0.9, script="Latn")
    text = printed(Run(judged=[replace(one, article=replace(one.article, segments=(tweet,)))]))
    assert "ur+en 0.99" in text


def test_right_to_left_evidence_is_isolated_and_last_on_its_line():
    (line,) = [line for line in printed(a_run(told("a", URDU, "ur"))).splitlines() if "روسی" in line]
    assert line.startswith("    ur ")
    before, _, rest = line.partition("\u2067")
    assert before.isascii()
    assert rest.endswith("…\u2069")
    (line,) = [line for line in printed(a_run(told("a", HINDI, "hi"))).splitlines() if "रूस" in line]
    assert "\u2067" not in line


@pytest.mark.parametrize("width", [1, 40, 80, 200])
def test_evidence_lines_fit_the_terminal(width):
    for language, text in (("ur", URDU), ("hi", HINDI), ("zh", "会谈" * 100)):
        for line in printed(a_run(told("a", text, language)), width=width).splitlines():
            if line.startswith(f"    {language}"):
                assert cell_len(line) <= max(width, 36)


def test_only_standing_events_are_shown():
    run = a_run(told("a", "x", "en"), mention("b", event_date=day("2021-04-07")))
    assert {event.status for event in run.events} == {"active", "merged"}
    assert sum(line.startswith("2021") for line in printed(run).splitlines()) == 1


def test_an_event_without_date_place_or_countries_is_shown():
    text = printed(a_run(mention("a", actors=((None, None),), recipients=(), published=None)))
    assert any(line.split()[:3] == ["?", "CONSULT", "somebody"] for line in text.splitlines())
    text = printed(a_run(mention("a")))
    assert "(2021-04-07)" in text


def test_the_summary_alone_is_one_line():
    run = Run(sent=2, judged=[judged("a", "ur"), judged("b", "ur")])
    assert printed(run, summary_only=True).strip() == "2 in = 0 out + 2 dropped + 0 dead; 0 mentions, 0 events"


def test_an_article_that_no_topic_accounts_for_is_called_missing():
    run = Run(sent=3, judged=[judged("a", "ur")], dead=Counter(bug=1), dead_from=Counter({"news.articles": 1}))
    assert fates(run) == Fates(out=0, dropped=1, dead=1, missing=1)
    assert "+ 1 MISSING" in printed(run, summary_only=True)


def test_an_article_that_dies_after_its_verdict_is_dead_and_not_dropped_too():
    run = Run(sent=1, judged=[judged("a", "ur")], dead=Counter(bug=1), dead_from=Counter({"news.unique": 1}))
    assert fates(run) == Fates(out=0, dropped=0, dead=1, missing=0)


def test_a_dead_mention_does_not_kill_its_article():
    run = a_run(
        told("a", "x", "en"),
        sent=1,
        judged=[judged("article-a", "en")],
        dead=Counter(bug=1),
        dead_from=Counter({"news.mentions": 1}),
    )
    assert fates(run) == Fates(out=1, dropped=0, dead=0, missing=0)


def test_parties_name_each_country_once():
    (event,) = a_run(mention("a", actors=(LAVROV, ("RUS", "x"), ("CHN", None)), recipients=())).events
    assert parties(event) == "RUS + CHN"


def test_offices_and_names_tell_meetings_of_one_day_apart():
    lavrov = Actor(text="لاروف", start=0, end=5, person="سرگئی لاروف", person_key="lr", office="foreign minister", country="RUS")  # fmt: skip
    run = a_run(replace(mention("a", event_date=day("2021-04-07")), actors=(lavrov,)))
    lines = printed(run).splitlines()
    assert any("RUS foreign minister → PAK" in line for line in lines)
    assert "    who       \u2067سرگئی لاروف\u2069" in lines


def test_hidden_and_reordering_characters_are_shown_as_escapes():
    hostile = "a\x1b[31mb\u202ec\u2066d\x00e\ud800f\u200bg\nh\ti\u2028j\U000e0041"
    shown = clean(hostile)
    assert shown == "a<U+001B>[31mb<U+202E>c<U+2066>d<U+0000>e<U+D800>f<U+200B>g h i j<U+E0041>"
    printed(a_run(told("a", hostile, "en", source=hostile), judged=[judged(hostile, "en")]))


def test_rich_markup_in_the_news_is_text():
    text = printed(a_run(told("a", "[bold]loud[/bold] :smile: [/]", "en")))
    assert "[bold]loud[/bold] :smile: [/]" in text


def test_joiners_of_urdu_and_hindi_stay():
    assert clean("می\u200cخواہم क्\u200dष") == "می\u200cخواہم क्\u200dष"


def test_direction_is_that_of_the_first_strong_letter():
    assert is_right_to_left("123 سلام abc")
    assert not is_right_to_left("abc سلام")
    assert not is_right_to_left("123")
    assert isolated("سلام") == "\u2067سلام\u2069"


@given(st.text(max_size=60), st.integers(1, 40))
def test_any_text_is_cut_to_its_width_and_printable(text, width):
    shown = cut(text, width)
    assert cell_len(shown) <= width
    assert all(unicodedata.category(point) not in {"Cc", "Cs", "Zl", "Zp"} for point in shown)
    assert cell_len(padded(text, width).replace("\u2067", "").replace("\u2069", "")) == width


def test_a_megabyte_of_anything_is_cut_quickly():
    for text in ("x" * 1_000_000, "\u0301" * 1_000_000, "\u202e" * 1_000_000):
        assert cell_len(cut(text, 80)) <= 80
