import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.language.stage import SPEC, country_of
from pipeline.stage import Emit, Put, Reject
from schemas.article import Article, InfoSource, RawArticle
from tests.paths import SEEDS

STAGE = SPEC.make()
INDEX = {row["id"]: row for row in tomllib.loads((SEEDS / "index.toml").read_text(encoding="utf-8"))["seed"]}


def emitted(record: RawArticle) -> Emit[Article]:
    *_, effect = STAGE(record, {})
    assert isinstance(effect, Emit)
    return effect


@pytest.mark.parametrize("name", INDEX)
def test_the_seeds_are_in_their_languages(name: str) -> None:
    record = RawArticle(uri=name, body_text=(SEEDS / f"{name}.txt").read_text(encoding="utf-8"))
    article = emitted(record).value
    assert article.language == INDEX[name]["language"]
    assert article.confidence > 0.9
    assert article.sketch


def test_seed_000_has_an_english_segment_and_lost_letters() -> None:
    name = next(n for n in INDEX if n.startswith("000"))
    article = emitted(RawArticle(uri=name, body_text=(SEEDS / f"{name}.txt").read_text(encoding="utf-8"))).value
    languages = {article.received[s.start : s.end][:18]: s.language for s in article.segments}
    assert languages["We are confident t"] == "en"
    assert languages["???????? ???? ????"] == "und"
    shares = {share.language: share.share for share in article.shares}
    assert abs(shares["ur"] - 0.92) < 0.02
    assert abs(shares["en"] - 0.07) < 0.02


def test_the_partition_is_the_script() -> None:
    texts = [
        "The minister said so.",
        "Министр так сказал.",
        "وزیر نے کہا کہ",
        "मंत्री ने कहा",
        "外交部长表示",
        "মন্ত্রী বলেছেন",
        "รัฐมนตรีกล่าว",
    ]
    assert [emitted(RawArticle(uri="u", body_text=text)).partition for text in texts] == [0, 1, 2, 3, 4, 5, 6]


def test_an_article_keeps_what_the_source_said() -> None:
    record = RawArticle(
        uri="u", version=3, headline="Ministers meet", description_text="The ministers met in the capital.", language="en-GB",
        url="https://www.example.co.uk/a", contentcreated="2021-04-07T10:00:00Z", contentcreated_precision="second",
        versioncreated="2021-04-07T11:00:00Z", infosource=InfoSource(name="Example"),
    )  # fmt: skip
    article = emitted(record).value
    assert (article.uri, article.version, article.title) == ("u", 3, "Ministers meet")
    assert article.text == "The ministers met in the capital."
    assert (article.site, article.source, article.country) == ("example.co.uk", "Example", "GBR")
    assert (article.published, article.published_precision) == ("2021-04-07T10:00:00Z", "second")
    assert (article.seen, article.declared) == ("2021-04-07T11:00:00Z", "en-GB")
    assert article.segments[0].kind == "title"


@pytest.mark.parametrize("text", ["", " \n", "123 ???", "🎉", "\x00", "\ud800"])
def test_a_text_without_letters_is_rejected(text: str) -> None:
    (effect,) = STAGE(RawArticle(uri="u", body_text=text), {})
    assert effect == Reject("empty", "the article has no letters")


def test_what_lies_behind_the_analysed_part_is_one_filler() -> None:
    text = "The minister said so. " * 10_000
    article = emitted(RawArticle(uri="u", body_text=text)).value
    assert article.text == text
    assert (article.segments[-1].kind, article.segments[-1].end) == ("filler", len(text.rstrip()))
    assert article.language == "en"


@pytest.mark.parametrize(
    ("url", "country"),
    [
        ("https://a.com.pk/", "PAK"),
        ("https://a.co.uk/", "GBR"),
        ("https://a.com/", None),
        ("https://a.tv/", None),
        (None, None),
    ],
)
def test_the_country_is_the_domain_of_the_address(url: str | None, country: str | None) -> None:
    assert country_of(url) == country


@settings(max_examples=120, deadline=None)
@given(st.none() | st.text(max_size=20), st.text(max_size=200), st.none() | st.text(max_size=30))
def test_any_text_is_passed_on_once_or_rejected(title: str | None, text: str, url: str | None) -> None:
    effects = list(STAGE(RawArticle(uri="u", headline=title, body_text=text, url=url), {}))
    assert [type(effect) for effect in effects] in ([Put, Emit], [Reject])
    assert effects == list(STAGE(RawArticle(uri="u", headline=title, body_text=text, url=url), {}))
