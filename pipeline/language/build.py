"""Count the n-grams of every language folder anew: `python -m pipeline.language.build TEXTS.jsonl.gz [LANGUAGE ...]`.

The input has one JSON object a line with `language` and `text`. Only the counts are kept; a folder gets its
ngrams.tsv when it has a meta.toml and texts of its language are in the input.
"""

from __future__ import annotations

import gzip
import sys
from collections import defaultdict
from pathlib import Path

import orjson

from pipeline.language.counting import ngram_rows
from pipeline.language.script import counts, heaviest
from pipeline.resources import language_toml, languages

NGRAMS, WORDS = 3000, 1500
HEAD = (
    "# source: counted for khabar from news and reference texts, none of which is in the repository; counts only, CC0\n"
    "ngram\tparts\n"
)
FOLDER = Path(__file__).resolve().parent.parent / "lang"


def texts_by_language(path: Path) -> dict[str, list[str]]:
    """Read labelled texts, in the order of the file."""
    texts: dict[str, list[str]] = defaultdict(list)
    with gzip.open(path) as lines:
        for line in lines:
            entry = orjson.loads(line)
            texts[entry["language"]].append(entry["text"])
    return texts


def table(code: str, texts: list[str]) -> str:
    """Return the content of lang/<code>/ngrams.tsv; a language with `other_scripts` is counted in each by itself."""
    meta = language_toml(code, "meta")
    scripts = [meta["script"], *meta.get("other_scripts", [])]
    groups = {scripts[0]: texts} if len(scripts) == 1 else _by_script(texts, scripts)
    rows = [row for script in scripts for row in ngram_rows(groups[script], script, NGRAMS, WORDS)]
    rows.sort(key=lambda row: (len(row[0]), row[0]))
    return HEAD + "".join(f"{ngram}\t{parts}\n" for ngram, parts in rows)


def _by_script(texts: list[str], scripts: list[str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {script: [] for script in scripts}
    for text, main_script in zip(texts, heaviest(counts(texts)), strict=True):
        groups.get(main_script.script, []).append(text)
    return groups


def main(arguments: list[str]) -> int:
    """Write the tables; returns the exit code."""
    if not arguments:
        sys.stderr.write(f"{__doc__}\n")
        return 64
    texts = texts_by_language(Path(arguments[0]))
    wanted = arguments[1:] or [code for code in languages() if (FOLDER / code / "ngrams.tsv").is_file()]
    for code in (code for code in wanted if code in texts):
        (FOLDER / code / "ngrams.tsv").write_text(table(code, texts[code]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
