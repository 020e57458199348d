from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.text.fold import fold_codes, fold_spaced
from pipeline.text.folded import WORDS_KEPT, folded, words
from pipeline.text.pages import decompressed
from pipeline.text.repair import legible
from pipeline.text.sketch import sketch
from schemas.article import Segment
from tests.unit.dedup.texts import ENGLISH, HINDI, URDU

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=200)


def read(title, *bodies, kind="body"):
    whole, segments = title or "", []
    for text in bodies:
        start = len(whole) + 1
        whole += f"\n{text}"
        segments.append(Segment(kind=kind, start=start, end=len(whole), language="und", confidence=0.0, script="Zyyy"))
    return folded(title, tuple(segments), whole)


@settings(max_examples=100)
@given(ANY_TEXT, ANY_TEXT)
def test_the_letters_of_the_body_are_those_it_folds_to_alone(title, body):
    found = read(title, body)
    assert found.letters.tolist() == fold_codes(legible(body)).tolist()
    assert found.sketch == sketch(legible(body))


def test_headline_body_and_dateline_stand_in_lines():
    lines = decompressed(read("A title.", "One.\nTwo 3.5").packed).split("\n")
    assert [lines[0], lines[1].replace(" ", ""), *lines[2:]] == ["a title|", "one||two35", "", "", ""]
    assert decompressed(read(None, "KARACHI:", kind="dateline").packed).split("\n")[3].strip() == "karachi"


def test_what_is_not_kept_is_said():
    long = "word " * (WORDS_KEPT + 1)
    title, body, rest, *_ = decompressed(read(long, long).packed).split("\n")
    assert (len(title.split()), len(body.split()), rest) == (WORDS_KEPT, WORDS_KEPT, "cut")
    assert decompressed(read("a", "b " * 31_000).packed).split("\n")[2] == "cut"


def test_the_key_of_a_text_is_that_of_its_letters():
    assert read("One", ENGLISH).text_key == read("Other", ENGLISH.upper().replace(" ", "  ")).text_key
    assert len({read("", text).text_key for text in (ENGLISH, URDU, HINDI)}) == 3
    assert (read("One").text_key, read("", "?!").text_key) == (read("one.").text_key, "")


def test_words_are_those_folded():
    assert words("".join(map(chr, fold_spaced("水利部 GDP 37。")))) == ("水", "利", "部", "gdp", "37", "|")
