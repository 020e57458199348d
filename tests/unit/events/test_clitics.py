from __future__ import annotations

from pipeline.events.clitics import Clitics
from pipeline.text.tokens import iter_tokens

KNOWN = frozenset({"قال", "روسيا", "الرييس", "بكين", "الصين", "لبنان"})
CLITICS = Clitics((("و", "ف"), ("ب", "ل")), ("ال", "ل"), KNOWN, {ord("ئ"): "ي"})


def test_a_conjunction_and_a_preposition_are_cut_off_words_of_the_language() -> None:
    assert CLITICS.split(["وقال", "لروسيا", "وبروسيا"]) == ["و", "قال", "ل", "روسيا", "و", "ب", "روسيا"]


def test_words_that_only_begin_like_one_stay_whole() -> None:
    assert CLITICS.split(["بكين", "لبنان", "وليد", "بلد"]) == ["بكين", "لبنان", "وليد", "بلد"]


def test_an_article_that_loses_its_first_letter_is_known() -> None:
    assert CLITICS.split(["للرئيس"]) == ["ل", "لرئيس"]


def test_the_parts_of_a_token_keep_their_offsets() -> None:
    text = "قالوا لروسيا وبروسيا"
    parts = [part for token in iter_tokens(text, 0, len(text)) for part in CLITICS.parts(token)]
    assert [text[part.start : part.end] for part in parts] == [part.text for part in parts]
    assert [part.text for part in parts] == ["قالوا", "ل", "روسيا", "و", "ب", "روسيا"]
