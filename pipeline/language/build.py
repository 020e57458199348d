"""Make the tables of languages anew: `python -m pipeline.language.build [TEXTS.jsonl.gz] [WORDS.whl]`.

The texts have one JSON object a line with `language` and `text`; only counts are kept, in lang/<code>/ngrams.tsv, and
how well unseen texts fit, in usual.tsv. The words are the lists of the package langidentify; the commonest go to
lang/<code>/reference.tsv. Without either the tables that are there are only put together in tables.bin.
"""

from __future__ import annotations

import gzip
import lzma
import sys
import zipfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import orjson

from pipeline.language.counting import Counted, count, level, lines, read
from pipeline.language.holdout import apart, part_of
from pipeline.language.letters import SUMMED
from pipeline.language.profiles import FILE, Tables
from pipeline.language.scan import Scan
from pipeline.language.tables import compiled
from pipeline.resources import language_rows, language_toml, languages

FOLDER = Path(__file__).resolve().parent.parent / "lang"
USUAL = Path(__file__).resolve().parent / "usual.tsv"
HEAD = (
    "# source: counted for khabar from news and reference texts, none of which is in the repository; counts only, CC0\n"
    "kind\tlevel\tngrams\n"
)
REFERENCE_HEAD = (
    "# source: word frequencies (from Wikipedia) of the package langidentify 1.0.2, Apache-2.0; rounded\nlevel\twords\n"
)
USUAL_HEAD = (
    "# source: measured for khabar on texts that share no passage with those counted, CC0\nlanguage\tscript\tnats\n"
)
BINARY_HEAD = (
    b"# source: put together by pipeline.language.build from lang/*/ngrams.tsv (CC0), lang/*/reference.tsv and the"
    b" profiles of langdetect 1.0.9 (both Apache-2.0)\n"
)
# Near relatives need the longer lists to be told apart.
REFERENCE_WORDS, REFERENCE_WORDS_OF_RELATIVES = 7600, 12_000
# Texts in this many parts, one of which shows how well what was not counted fits.
_PARTS = 4
_LEAST_TEXTS, _LEAST_LETTERS = 12, 20
Texts = Mapping[str, Sequence[str]]


def texts_by_language(path: Path) -> dict[str, list[str]]:
    """Read labelled texts of languages that have a folder, in the order of the file."""
    texts: dict[str, list[str]] = defaultdict(list)
    with gzip.open(path) as entries:
        for line in entries:
            entry = orjson.loads(line)
            texts[entry["language"]].append(entry["text"])
    return {code: texts[code] for code in summed() if code in texts}


def summed() -> list[str]:
    """Return the languages whose script does not tell them."""
    return [code for code in languages() if language_toml(code, "meta").get("script") in SUMMED]


def scripts_of(code: str) -> list[str]:
    """Return the scripts a language is counted in."""
    meta = language_toml(code, "meta")
    return [meta["script"], *meta.get("other_scripts", [])]


def counted(texts: Texts) -> dict[str, Counted]:
    """Count texts, and add the words of the reference lists and what marks a language off from its relatives."""
    found = {}
    for code in summed():
        found[code] = _count(code, texts.get(code, ()))
        written = read((), language_rows(code, "reference"), language_rows(code, "marks"))
        found[code].reference, found[code].marks = written.reference, written.marks
    return found


def _count(code: str, texts: Sequence[str]) -> Counted:
    """Count texts; where no reference list helps, what stands only once too."""
    return count(texts, scripts_of(code), at_least=2 if language_rows(code, "reference") else 1)


def table(code: str, texts: Sequence[str]) -> str:
    """Return the content of lang/<code>/ngrams.tsv."""
    found = _count(code, texts)
    return HEAD + lines(found.trigrams, "trigram") + lines(found.words, "word")


def without(texts: Texts, measured: Sequence[str]) -> dict[str, list[str]]:
    """Return the texts that share no passage with the measured ones."""
    good = iter(apart([text for own in texts.values() for text in own], measured))
    return {code: [text for text in own if next(good)] for code, own in texts.items()}


def usual(texts: Texts) -> dict[tuple[str, str], float]:
    """Measure how much evidence a feature gives in texts that share nothing with those counted, in the median."""
    held = {code: [text for text in own if part_of(text, _PARTS) == 0] for code, own in texts.items()}
    tables = compiled(counted(without(texts, [text for own in held.values() for text in own])), {})
    return {
        (code, script): round(float(np.median(values)), 2)
        for code, own in held.items()
        for script, values in _evidence(tables, code, own).items()
        if len(values) >= _LEAST_TEXTS
    }


def _evidence(tables: Tables, code: str, texts: Sequence[str]) -> dict[str, list[float]]:
    """Return the evidence a feature gives for a language, by script, where there is enough text."""
    scan = Scan(texts)
    found: dict[str, list[float]] = defaultdict(list)
    rows, evidence = scan.evidence(tables)
    for row, scores, features in zip(rows, evidence.scores, evidence.features.tolist(), strict=True):
        share = scan.shares[row]
        names = tables.languages[SUMMED.index(share.script)].names
        if code in names and share.letters >= _LEAST_LETTERS:
            found[share.script].append(float(scores[names.index(code)]) / features)
    return found


def read_counted() -> dict[str, Counted]:
    """Read what is in the language folders."""
    return {
        code: read(*(language_rows(code, table) for table in ("ngrams", "reference", "marks"))) for code in summed()
    }


def read_usual() -> dict[tuple[str, str], float]:
    """Read usual.tsv."""
    rows = [line.split("\t") for line in USUAL.read_text(encoding="utf-8").splitlines()[2:]]
    return {(code, script): float(nats) for code, script, nats in rows}


def put_together() -> Tables:
    """Make the tables of what is in the repository and in langdetect."""
    return compiled(read_counted(), read_usual())


def _count_all(path: Path) -> None:
    texts = texts_by_language(path)
    for code, own in texts.items():
        (FOLDER / code / "ngrams.tsv").write_text(table(code, own), encoding="utf-8")
    rows = (f"{code}\t{script}\t{nats}\n" for (code, script), nats in sorted(usual(texts).items()))
    USUAL.write_text(USUAL_HEAD + "".join(rows), encoding="utf-8")


def _read_words(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for code in summed():
            name = f"langidentify/models/lite/topwords-{code}.txt.gz"
            if name in archive.namelist():
                entries = [line.split() for line in gzip.decompress(archive.read(name)).decode().splitlines()]
                most = REFERENCE_WORDS_OF_RELATIVES if language_rows(code, "marks") else REFERENCE_WORDS
                pairs = [entry for entry in entries if len(entry) == 2 and entry[0] != "#"][:most]
                levels = {word: level(float(np.exp(float(value)))) for word, value in pairs if word.isprintable()}
                (FOLDER / code / "reference.tsv").write_text(REFERENCE_HEAD + lines(levels), encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Write the tables; returns the exit code."""
    wheels = [name for name in arguments if name.endswith(".whl")]
    for wheel in wheels:
        _read_words(Path(wheel))
        language_rows.cache_clear()
    for texts in (name for name in arguments if name not in wheels):
        _count_all(Path(texts))
        language_rows.cache_clear()
    packed = put_together().packed()
    (Path(__file__).resolve().parent / FILE).write_bytes(BINARY_HEAD + lzma.compress(packed, preset=9))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
