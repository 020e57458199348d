"""The tables of n-grams are what their script makes of the texts."""

from __future__ import annotations

import pytest

from pipeline.language.build import FOLDER, table, texts_by_language
from tests.paths import shared_data


def test_a_table_counts_ngrams_and_words_in_parts_of_a_million():
    rows = dict(line.split("\t") for line in table("en", ["the cat the hat"] * 3).splitlines()[2:])
    assert rows["_the_"] == "500000"
    assert int(rows["t"]) == 4_000_000 // 12
    assert "_th" in rows


@pytest.mark.slow
@pytest.mark.parametrize("code", ["pnb", "id", "sr"])
def test_the_tables_in_the_repository_can_be_rebuilt(code):
    texts = texts_by_language(shared_data("language") / "train.jsonl.gz")
    assert (FOLDER / code / "ngrams.tsv").read_text(encoding="utf-8") == table(code, texts[code])
