import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.normalise import normalise
from pipeline.text.sentences import sentences


def cut(received: str) -> list[str]:
    text = normalise(received).text
    return [text[a:b] for a, b in sentences(text)]


@pytest.mark.parametrize(
    "parts",
    [
        ["تبادلہ خیال کیا گیا۔", "وزیراعظم نے روس کو مبارکباد دی۔"],
        ["उन्होंने कहा.", "वह सहमत हैं।", "अंत"],
        ["ماذا قال؟", "لا شيء!"],
        ["一句。", "二句！", "三句"],
        ["He left.", "She stayed."],
    ],
)
def test_a_stop_ends_a_sentence_without_a_space_after_it(parts: list[str]) -> None:
    expected = [normalise(part).text for part in parts]
    assert cut("".join(parts)) == expected
    assert cut(" ".join(parts)) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "Mr. Smith met J. K. Rowling in the U.S. on Monday.",
        "Prices rose 3.5 per cent to 1.200,50 euros.",
        "See www.example.com/a.b?c=d! today.",
        "شرح 3۔5 فیصد رہی۔",
        "یہ آئی۔ایس۔آئی کا بیان ہے۔",
        "डॉ. मनमोहन सिंह ने कहा।",
        "बी.जे.पी नेता ने कहा।",
        "He paused ... and went on.",
    ],
)
def test_stops_inside_a_sentence_do_not_end_it(sentence: str) -> None:
    assert cut(sentence) == [sentence]


def test_a_closing_quote_goes_with_its_sentence() -> None:
    assert cut("انہوں نے کہا “یہ ضروری ہے۔” وہ گئے۔") == ['انہوں نے کہا "یہ ضروری ہے۔"', "وہ گئے۔"]
    assert cut('کہا "ایک۔ دو۔" تین۔') == ['کہا "ایک۔', 'دو۔"', "تین۔"]
    assert cut('وہ گئے۔"ہم آئے"') == ["وہ گئے۔", '"ہم آئے"']
    assert cut("(He left.) She stayed.") == ["(He left.)", "She stayed."]


def test_a_new_line_ends_a_sentence() -> None:
    assert cut("A headline\nThe text") == ["A headline", "The text"]


def test_only_the_part_asked_for_is_cut() -> None:
    assert sentences("One. Two. Three.", 5, 9) == [(5, 9)]


@given(st.text(alphabet="aA. \n۔\"'।?1é…ک", max_size=80) | st.text(max_size=60))
def test_sentences_hold_every_sign_in_order(received: str) -> None:
    text = normalise(received).text
    found = sentences(text)
    assert "".join("".join(text[a:b].split()) for a, b in found) == "".join(text.split())
    assert all(a < b for a, b in found)
    assert all(b <= c for (_, b), (c, _) in pairwise(found))


@pytest.mark.parametrize("unit", [".", '1."', "a. ", '۔"', "www.", "'", "A.b "])
def test_time_grows_with_length_not_faster(unit: str) -> None:
    text = unit * 60_000
    begin = time.process_time()
    sentences(text)
    assert time.process_time() - begin < 3
