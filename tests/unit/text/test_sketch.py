import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.text.fold import encoded, fold_codes
from pipeline.text.sketch import AT_LEAST, COMPLETE_BELOW, is_dense, ngram_hashes, sketch

WORDS = "the minister of water said on monday that nine canals in the north would be closed for repair until spring"


def long_text(length=900):
    words = WORDS.split()
    return " ".join(f"{words[(i * i + i // 7) % len(words)]}{i % 89}" for i in range(length))


def shared(one, other):
    a, b = set(sketch(one).hashes), set(sketch(other).hashes)
    return len(a & b) / min(len(a), len(b))


def test_the_hashes_are_sorted_unique_and_of_32_bits():
    hashes = sketch(long_text()).hashes
    assert list(hashes) == sorted(set(hashes))
    assert all(0 <= value < 1 << 32 for value in hashes)


def test_about_one_ngram_in_32_is_kept():
    found = sketch(long_text(3000))
    assert found.letters / 45 < len(found.hashes) < found.letters / 24
    assert max(found.hashes) < COMPLETE_BELOW


def test_a_short_text_keeps_its_24_smallest():
    assert len(sketch(long_text(20)).hashes) == AT_LEAST


@pytest.mark.parametrize("text", ["", "  ", "a short one", "!" * 99])
def test_a_text_shorter_than_an_ngram_has_no_hashes(text):
    assert sketch(text).hashes == ()


def test_spacing_case_and_punctuation_do_not_matter():
    text = long_text()
    assert sketch(text) == sketch(text.replace(" ", ", ").upper())


def test_a_cut_text_keeps_the_hashes_of_its_part():
    text = long_text()
    assert shared(text, text[: len(text) // 2]) > 0.9


def test_other_text_shares_nothing():
    other = "rain fell over hills where shepherds had counted every lamb twice before breakfast came " * 40
    assert shared(long_text(), other) == 0


def test_the_values_do_not_change_between_versions():
    assert sketch("Nine canals in the north").hashes == (
        2546058586,
        3403460225,
        3405242114,
        3557043507,
        3736076191,
        3797958358,
        4210644014,
    )


def test_windows_are_hashed_as_if_one_by_one():
    codes = fold_codes(long_text(30))
    one_by_one = [int(ngram_hashes(codes[i : i + 14], 14)[0]) for i in range(len(codes) - 13)]
    assert ngram_hashes(codes, 14).tolist() == one_by_one


@pytest.mark.parametrize(
    ("text", "dense"), [("北京时间", True), ("서울시", True), ("กรุงเทพ", True), ("پاکستان", False), ("दिल्ली", False)]
)
def test_scripts_without_spaces_take_shorter_ngrams(text, dense):
    assert is_dense(encoded(text)) is dense
    assert bool(sketch(text * 2).hashes) or not dense


def test_nothing_is_not_dense():
    assert not is_dense(np.empty(0, dtype=np.uint32))


@settings(max_examples=50)
@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=300))
def test_any_text_has_a_sketch(text):
    found = sketch(text)
    assert list(found.hashes) == sorted(set(found.hashes))
    assert found.letters >= 0


def test_a_megabyte_of_one_letter_is_one_hash():
    assert len(sketch("x" * 1_000_000).hashes) == 1
