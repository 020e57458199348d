"""Repair of mojibake beside ftfy, on text misread on purpose, and on clean text, where nothing may change.

python -m tests.eval.mojibake            # the gate
python -m tests.eval.mojibake --ftfy     # with ftfy beside it
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from ftfy import TextFixerConfig, fix_encoding

from pipeline.text.charsets import Charset, charsets
from pipeline.text.repair import legible, repair_edits
from tests.paths import shared_data

LANGUAGES = (
    "ur", "hi", "en", "ar", "fa", "ru", "es", "fr", "de", "pt", "tr", "zh", "ja", "ko", "bn", "ps", "pa", "id", "uk",
    "it", "ta", "pl", "vi", "cs", "el",
)  # fmt: skip
A_LANGUAGE = 12
RIGHT, WRONG = 0.97, 0.005


def shown_as(text: str, charset: Charset) -> str:
    """Show a text's UTF-8 bytes as a charset; bytes it does not have come as control characters."""
    back = {byte: chr(code) for code, byte in charset.to_bytes.items() if not (code < 0xA0 and code != byte)}
    return "".join(back.get(byte, chr(byte)) if byte >= 0x80 else chr(byte) for byte in text.encode())


def damages() -> Iterator[tuple[str, bool, Callable[[str], str]]]:
    """Yield ways to misread a text: name, whether all of it is still there, and the function."""
    known = {charset.name: charset for charset in charsets()}
    for name, charset in known.items():
        yield name, True, lambda text, c=charset: shown_as(text, c)
    yield "latin-1", True, lambda text: text.encode().decode("latin-1")
    yield "cp1252 twice", True, lambda text: shown_as(shown_as(text, known["cp1252"]), known["cp1252"])
    yield "latin-1 twice", True, lambda text: text.encode().decode("latin-1").encode().decode("latin-1")
    yield "cp1251 twice", True, lambda text: shown_as(shown_as(text, known["cp1251"]), known["cp1251"])
    yield "cp1252, entities", True, lambda text: shown_as(text, known["cp1252"])
    for name in ("cp1252", "cp1251", "cp1256"):
        strict = known[name]
        yield f"{name}, U+FFFD", False, lambda text, n=strict.name: text.encode().decode(n, "replace")
        yield f"{name}, ?", False, lambda text, n=strict.name: text.encode().decode(n, "replace").replace("\ufffd", "?")
        yield f"{name}, dropped", False, lambda text, n=strict.name: text.encode().decode(n, "ignore")


def samples() -> dict[str, list[str]]:
    """Return leads in every language, clean ones only."""
    found: dict[str, list[str]] = defaultdict(list)
    with gzip.open(shared_data("language/sample.jsonl.gz"), "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            text = " ".join(row["text"].split())[:300]
            kept = found[row["language"]]
            wanted = row["language"] in LANGUAGES and row["bucket"] in ("lead", "body") and len(kept) < A_LANGUAGE
            if wanted and not text.isascii() and legible(text) == text:
                kept.append(text)
    return {language: found[language] for language in LANGUAGES if found[language]}


def ftfy_repair(text: str) -> str:
    """Repair with ftfy, encoding only."""
    return fix_encoding(text, TextFixerConfig(explain=False))


def measure(repair: Callable[[str], str], *, verbose: bool = False) -> tuple[Counter[str], dict[str, Counter[str]]]:
    """Count texts repaired right, changed to something wrong, left alone; and the same for what cannot be repaired."""
    totals: Counter[str] = Counter()
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for name, whole, damage in damages():
        for language, texts in samples_once().items():
            for text in texts:
                broken = damage(text)
                if broken == text:
                    continue
                got = repair(broken)
                kind = "right" if got == text else "left" if got == broken else "wrong"
                # Where signs are lost, the words that are still whole may be repaired.
                if not whole and kind == "wrong" and words_right(got, broken, text):
                    kind = "part"
                rows[name][kind] += 1
                totals[f"{'whole' if whole else 'lossy'} {kind}"] += 1
                if verbose and kind == "wrong":
                    print(name, language, repr(text[:60]), repr(broken[:60]), repr(got[:60]))
                rows[f"{'whole' if whole else 'lossy'} {language}"][kind] += 1
    return totals, rows


def words_right(got: str, broken: str, text: str) -> bool:
    """Whether every word that was changed is a word of the text."""
    known = set(text.split())
    before = set(broken.split())
    return all(word in known for word in got.split() if word not in before)


_samples: dict[str, list[str]] = {}


def samples_once() -> dict[str, list[str]]:
    """Read the samples once."""
    if not _samples:
        _samples.update(samples())
    return _samples


def published() -> Iterator[str]:
    """Yield every text of the throughput corpus and of the language sample."""
    for name in ("throughput/articles.jsonl.gz", "language/sample.jsonl.gz", "language/train.jsonl.gz"):
        with gzip.open(shared_data(name), "rt", encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)["text"]


def clean() -> int:
    """Print what is changed in published texts, to be read: most are misread in the source."""
    texts = changed = 0
    for text in published():
        texts += 1
        edits = repair_edits(text)
        if edits:
            changed += 1
            around = text[max(edits[0][0] - 25, 0) : edits[0][0] + 40]
            print(f"{len(edits):4} {around!r} -> {legible(around)!r}")
    print(f"{changed} of {texts} texts changed")
    return 0


def main(argv: list[str] | None = None) -> int:
    """Print the figures; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ftfy", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--clean", action="store_true")
    options = parser.parse_args(argv)
    if options.clean:
        return clean()
    totals, rows = measure(legible, verbose=options.verbose)
    other = measure(ftfy_repair)[1] if options.ftfy else {}
    for name, row in rows.items():
        line = f"{name:22} " + " ".join(f"{kind} {row[kind]:4}" for kind in ("right", "part", "left", "wrong"))
        if name in other:
            line += "   ftfy " + " ".join(
                f"{kind} {other[name][kind]:4}" for kind in ("right", "part", "left", "wrong")
            )
        print(line)
    whole = sum(n for key, n in totals.items() if key.startswith("whole"))
    print(dict(totals), f"right {totals['whole right'] / whole:.4f}")
    return int(
        totals["whole right"] < RIGHT * whole or totals["whole wrong"] > WRONG * whole or totals["lossy wrong"] > 0
    )


if __name__ == "__main__":
    sys.exit(main())
