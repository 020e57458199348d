"""The tables are what their script makes of the texts, and the file of tables what it makes of those."""

from __future__ import annotations

import lzma
import unicodedata

import pytest

from pipeline.language.build import FOLDER, put_together, table, texts_by_language
from pipeline.language.counting import folded, level, read
from pipeline.language.holdout import apart
from pipeline.language.letters import hashed, words
from pipeline.language.profiles import shipped, unpacked
from pipeline.language.tables import compiled
from pipeline.resources import language_rows, languages
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
    assert sum(f.stat().st_size for name in ("ngrams", "reference") for f in FOLDER.glob(f"*/{name}.tsv")) < 8_500_000


MARKED = [(code, row[0]) for code in languages() for row in language_rows(code, "marks")]


@pytest.mark.parametrize(("code", "relative"), sorted(set(MARKED)))
def test_a_mark_is_a_word_the_relative_does_not_claim(code, relative):
    own = read((), (), language_rows(code, "marks")).marks[relative]
    theirs = read((), (), language_rows(relative, "marks")).marks[code]
    assert not set(own) & set(theirs)
    assert own == sorted(set(own))
    assert all(word == word.lower() and {unicodedata.category(sign)[0] for sign in word} <= {"L", "M"} for word in own)


def test_a_name_in_many_languages_is_no_word_of_any_and_a_mark_is_none_of_the_relative():
    texts = {code: ["dyteon skriver brev"] * 9 for code in ("da", "no", "sv")}
    counts = {
        code: read([tuple(r.split("\t")) for r in table(code, texts[code]).splitlines()[2:]], ()) for code in texts
    }
    counts["da"].marks = {"no": ["skriver"]}
    tables = compiled(counts, {})
    names = tables.languages[0].names
    rows = dict(zip(tables.hashes.tolist(), tables.rows[1:].tolist(), strict=True))

    def row(word):
        (key,) = hashed(words(*folded([word], "Latn"))[0]).tolist()
        return dict(zip(names, rows.get(key, [0] * len(names)), strict=False))

    assert not any(row("dyteon").values())
    assert row("skriver")["da"] > 0 == row("skriver")["no"]


def test_tables_read_back_are_the_same():
    tables = shipped()
    again = unpacked(tables.packed())
    assert again.languages == tables.languages
    assert (again.hashes == tables.hashes).all()
    assert (again.rows == tables.rows).all()
