import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.fold import decoded, fold_spaced
from pipeline.text.pages import compressed, decompressed
from tests.unit.dedup.texts import ENGLISH, HINDI, URDU

CHINESE = "北方省水利部长周一表示，九条运河将关闭维修，直到春末。"


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_every_folded_text_survives(text):
    folded = fold_spaced(text)
    assert decompressed(compressed(folded)) == decoded(folded)


@pytest.mark.parametrize("text", [ENGLISH, URDU, HINDI, CHINESE, URDU + ENGLISH, CHINESE + "\U00020001", "", "ł ö"])
def test_texts_of_one_script_and_of_several_survive(text):
    folded = fold_spaced(text)
    assert decompressed(compressed(folded)) == decoded(folded)


@pytest.mark.parametrize("text", [URDU, HINDI])
def test_letters_of_one_alphabet_take_less_than_in_utf_8(text):
    folded = fold_spaced(text)
    assert len(compressed(folded)) < 0.95 * len(zlib.compress(decoded(folded).encode(), 6))
