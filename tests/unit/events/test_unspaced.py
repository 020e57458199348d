"""Words of scripts without spaces, shortened names of states, and verbs with their phrases before them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.events.lexicon import Lexicon, lexicon
from pipeline.events.unspaced import Unspaced, phrase_words, unspaced
from tests.unit.events.reading import told

FOLD = {ord("會"): "会", ord("談"): "谈"}


def small() -> Unspaced:
    phrases = [("会谈",), ("举行",), ("国会",), ("美国",), ("约翰·史密斯",), ("对",), ("白俄",)]
    return unspaced(phrases, [("美", "国会")], ["会谈举行", "完美", "对白"], frozenset("中美"), FOLD)


def chinese() -> Lexicon:
    known = lexicon("zh")
    assert known is not None
    return known


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("举行会谈", ["举行", "会谈"]),
        ("舉行會談", ["舉行", "會談"]),
        ("美国会谈", ["美", "国会", "谈"]),
        ("中美会谈", ["中", "美", "会谈"]),
        ("完美会谈", ["完美", "会谈"]),
        ("会谈举行", ["会谈", "举行"]),
        ("对白会谈", ["对白", "会谈"]),
        ("对白俄会谈", ["对", "白俄", "会谈"]),
        ("阿拉举行2024年A4会谈", ["阿拉", "举行", "2024", "年", "A4", "会谈"]),
        ("约翰·史密斯举行", ["约翰·史密斯", "举行"]),
    ],
)
def test_the_longest_words_are_cut_from_the_left(text: str, words: list[str]) -> None:
    assert small().texts(text, 0, len(text)) == words


def test_phrases_are_split_at_spaces_and_where_the_script_changes() -> None:
    assert phrase_words("舉行 會談", FOLD) == ("舉行", "会谈")
    assert phrase_words("G20峰会", {}) == ("g20", "峰会")
    assert phrase_words("约翰·史密斯", {}) == ("约翰·史密斯",)


@given(st.text(alphabet="美国会谈中 ，。·a1\u0301İ\U00020000", max_size=40))
def test_words_are_pieces_of_the_text_in_order(text: str) -> None:
    tokens = list(small().tokens(text, 0, len(text)))
    assert [token.text for token in tokens] == small().texts(text, 0, len(text))
    assert all(text[token.start : token.end] == token.text for token in tokens)
    assert "".join(token.text for token in tokens) == "".join(text.split())


def test_a_headline_is_cut_at_its_spaces() -> None:
    text = "美国制裁伊朗 欧盟遗憾 WTO 会"
    assert [text[i:j] for i, j in small().sentences(text, [(0, len(text))])] == ["美国制裁伊朗", "欧盟遗憾 WTO 会"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("将军事基地", ["将", "军事", "基地"]),
        ("美国会见", ["美国", "会见"]),
        ("美国会代表团", ["美", "国会", "代表团"]),
        ("同意大利", ["同", "意大利"]),
    ],
)
def test_cuts_of_the_language_win_over_longer_words(text: str, words: list[str]) -> None:
    known = chinese().unspaced
    assert known is not None
    assert known.texts(text, 0, len(text)) == words


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("俄外长访华。", ["CONSULT/visit RUS>CHN"]),
        ("5日总统辞职。", []),
        ("会谈中总统会见了法国总统。", []),
        ("中美举行会谈。", ["CONSULT CHN+USA>-"]),
        ("德拉吉访问希腊。", []),
    ],
)
def test_letters_stand_for_states_only_where_nothing_else_can(text: str, events: list[str]) -> None:
    assert told("zh", text) == events


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("美国对俄罗斯实施制裁。", ["SANCTION/discontinue USA>RUS"]),
        ("美國對俄羅斯實施制裁。", ["SANCTION/discontinue USA>RUS"]),
        ("美国没有对俄罗斯实施制裁。", []),
        ("美国可能在下周对俄罗斯实施制裁。", []),
        ("美国拒绝对俄罗斯实施制裁。", []),
        ("普京将在莫斯科与莫迪举行会谈。", ["AGREE IND+RUS>- future"]),
        ("美国呼吁俄罗斯撤军。", ["REQUEST USA>RUS"]),
        ("美国指责俄罗斯空袭叙利亚。", ["ACCUSE/allege USA>RUS"]),
        ("一名男子袭击了以色列士兵。", []),
    ],
)
def test_what_stands_before_the_phrases_says_whether_it_happens(text: str, events: list[str]) -> None:
    assert told("zh", text) == events
