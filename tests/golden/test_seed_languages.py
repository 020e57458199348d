"""The languages of the seeds: of the whole, of every paragraph, and of what is left when a paragraph is cut to a headline's length."""

import os
import subprocess
import sys
import tomllib

import pytest

from pipeline.language.detect import backend
from pipeline.language.stage import SPEC
from schemas.article import Article, RawArticle
from schemas.codec import encode
from tests.paths import ROOT, SEEDS

ROWS = tomllib.loads((SEEDS / "index.toml").read_text(encoding="utf-8"))["seed"]


def text(row: dict[str, str]) -> str:
    return (SEEDS / f"{row['id']}.txt").read_text(encoding="utf-8")


def article(row: dict[str, str]) -> Article:
    *_, effect = SPEC.make()(RawArticle(uri=row["id"], body_text=text(row)), {})
    return effect.value


def paragraphs() -> list[tuple[str, str]]:
    found = [(row["language"], line.strip()) for row in ROWS for line in text(row).split("\n")]
    return [
        ("en" if line.isascii() else language, line) for language, line in found if sum(map(str.isalpha, line)) >= 30
    ]


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_every_seed_is_in_its_language(row):
    assert article(row).language == row["language"]


def test_every_paragraph_and_every_cut_of_one_is_in_its_language():
    lines = paragraphs()
    assert len(lines) > 60
    for reach in (None, 60):
        answers = backend().detect([line[:reach] for _, line in lines])
        assert [a.language for a in answers] == [language for language, _ in lines]


def test_the_english_tweet_is_a_segment_of_its_own():
    found = article(ROWS[0])
    english = [s for s in found.segments if s.language == "en"]
    assert [found.received[s.start : s.end][:16] for s in english] == ["We are confident"]
    lost = [s for s in found.segments if s.kind == "mojibake"]
    assert [s.language for s in lost] == ["und"]
    shares = {share.language: share.share for share in found.shares}
    assert abs(shares["ur"] - 0.92) <= 0.02
    assert abs(shares["en"] - 0.07) <= 0.02


def test_another_process_with_another_hash_seed_gives_the_same_bytes():
    program = (
        "import sys; sys.path.insert(0, '.')\n"
        "from tests.golden.test_seed_languages import *\n"
        "sys.stdout.buffer.write(b''.join(encode(article(row)) for row in ROWS))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("1", "2")
    }
    assert outputs == {b"".join(encode(article(row)) for row in ROWS)}
