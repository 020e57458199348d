"""Write the generated tables of Chinese: letters folded for matching (fold.tsv), words that are no names (words.tsv).

Run by hand, never at run time:

    python -m venv /tmp/han && /tmp/han/bin/pip install jieba==0.42.1 opencc-python-reimplemented==0.1.7
    /tmp/han/bin/python -m pipeline.knowledge.build_han

jieba is under the MIT licence, the tables of OpenCC under Apache-2.0; see NOTICE.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "lang" / "zh"
BY = "written by knowledge/build_han.py, do not edit"
WORDS = f"# source: dictionary of jieba 0.42.1, MIT: words that are no names; {BY}"
FOLD = f"# source: OpenCC by way of opencc-python-reimplemented 0.1.7, Apache-2.0; {BY}"
# Words rarer than this in jieba's counts, and longer ones, are left out.
LEAST, SHORTEST, LONGEST = 100, 2, 4
BMP = 0xFFFF
# Classes of names, abbreviations, numbers with their measure words, and letters.
NAMES = ("nr", "ns", "nt", "nz", "j", "m", "eng", "x")


def fold_rows(text: str) -> list[str]:
    """Rows of fold.tsv: traditional letters with the simplified one that is listed first."""
    pairs = (line.split("\t") for line in text.splitlines() if "\t" in line)
    rows = ((old, new.split()[0]) for old, new in pairs)
    return sorted(f"{old}\t{new}" for old, new in rows if old != new and max(map(ord, old + new)) <= BMP)


def word_rows(text: str) -> list[str]:
    """Rows of words.tsv."""
    rows = (line.split() for line in text.splitlines())
    return sorted(
        {
            word
            for word, count, kind in rows
            if SHORTEST <= len(word) <= LONGEST
            and int(count) >= LEAST
            and not kind.startswith(NAMES)
            and word.isalpha()
        }
    )


def _write(name: str, source: str, columns: str, rows: list[str]) -> None:
    (FOLDER / f"{name}.tsv").write_text("\n".join((source, columns, *rows)) + "\n", encoding="utf-8")


def _read(package: str, file: str) -> str:
    """The text of a file of a package that is not imported."""
    found = find_spec(package)
    if found is None or found.origin is None:
        raise SystemExit(f"{package} is not installed")
    return (Path(found.origin).parent / file).read_text(encoding="utf-8")


def main() -> None:
    """Write both tables."""
    _write("fold", FOLD, "letter\tas", fold_rows(_read("opencc", "dictionary/TSCharacters.txt")))
    _write("words", WORDS, "word", word_rows(_read("jieba", "dict.txt")))


if __name__ == "__main__":
    main()
