"""The tables are what their script makes of the texts, and the file of tables what it makes of those."""

from __future__ import annotations

import lzma

import pytest

from pipeline.language.build import FOLDER, put_together, table, texts_by_language
from pipeline.language.counting import level, read
from pipeline.language.holdout import apart
from pipeline.language.profiles import shipped, unpacked
from tests.paths import ROOT, shared_data


def counted(code, texts):
    return read([tuple(line.split("\t")) for line in table(code, texts).splitlines()[2:]], ())


def test_a_table_counts_trigrams_and_words_in_levels():
    found = counted("en", ["the cat the hat"] * 3)
    assert found.words["the"] == level(5.4 / 12)
    assert found.words["cat"] == level(2.4 / 12)
    assert found.trigrams["at "] == found.trigrams["he "] == level(5.4 / 36)


def test_what_stands_once_is_not_counted():
    assert counted("en", ["the cat"]).words == {}


def test_texts_that_share_a_passage_are_not_apart():
    passage = "a passage that is longer than thirty characters"
    texts = [f"Before it, {passage}.", "Something else that is long enough to be looked at.", "short", "Short", ""]
    assert apart(texts, [f"{passage} and more", "SHORT"]) == [False, True, False, False, True]
    assert apart(texts, []) == [True] * 5


@pytest.mark.slow
@pytest.mark.parametrize("code", ["pnb", "id", "sr"])
def test_the_tables_in_the_repository_can_be_rebuilt(code):
    texts = texts_by_language(shared_data("language") / "train.jsonl.gz")
    assert (FOLDER / code / "ngrams.tsv").read_text(encoding="utf-8") == table(code, texts[code])


@pytest.mark.slow
def test_the_file_of_tables_is_put_together_of_those_in_the_repository():
    content = (ROOT / "pipeline" / "language" / "tables.bin").read_bytes()
    assert content.startswith(b"# source: ")
    assert lzma.decompress(content.split(b"\n", 1)[1]) == put_together().packed()


def test_tables_are_small():
    assert (ROOT / "pipeline" / "language" / "tables.bin").stat().st_size < 3_000_000
    assert sum(f.stat().st_size for name in ("ngrams", "reference") for f in FOLDER.glob(f"*/{name}.tsv")) < 8_000_000


def test_tables_read_back_are_the_same():
    tables = shipped()
    again = unpacked(tables.packed())
    assert again.languages == tables.languages
    assert (again.hashes == tables.hashes).all()
    assert (again.rows == tables.rows).all()
