"""The labelled texts of the sample, and a back end for each part of them that has seen nothing of it."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import orjson

from pipeline.language.build import counted, texts_by_language, usual, without
from pipeline.language.detect import Backend, Detected, Profiles
from pipeline.language.holdout import part_of
from pipeline.language.tables import compiled
from tests.paths import shared_data

CORE = (
    "ur", "hi", "en", "ar", "fa", "ru", "es", "fr", "de", "pt", "tr", "zh", "ja", "ko", "bn", "ps", "pa", "id", "uk", "it",
    "sw", "ta",
)  # fmt: skip
HARD = ("mr", "ne", "bg", "ms", "gl", "hbs", "no", "da", "sd", "pnb", "ckb", "ug")
BUCKETS = ("headline", "short", "lead", "body")
PARTS, SEED = 4, 20210407
FOLDER = Path(__file__).parent
GARBAGE = ("asdf qwer zxcv hjkl", "lorem ipsum dolor sit amet consectetur", "xkcd jpg png html css", "aaaa bbbb cccc dddd",
    "hahahaha lololol", "QWERTY UIOP ASDFG", "zzzz zzzzz zz", "bdfg hjkl mnpq rstv", "йцукен фывапр олдж", "شسیب لاتن مکگژ",
    "vfrtgbnhy mjuik lopze")  # fmt: skip
_ALPHABETS = ("abcdefghijklmnopqrstuvwxyz", "абвгдежзийклмнопрстуфхцчшщъыьэюя", "ابتثجحخدذرزسشصضطظعغفقكلمنهوي")
_SHORT = 60


@dataclass(frozen=True)
class Text:
    """A labelled text."""

    language: str
    variant: str | None
    bucket: str
    text: str


Answered = tuple[Text, Detected]


def sample() -> list[Text]:
    """Read the sample, every text once."""
    with gzip.open(shared_data("language") / "sample.jsonl.gz") as lines:
        found = {entry["text"]: Text(**entry) for entry in map(orjson.loads, lines)}
    return list(found.values())


def held_out(texts: Sequence[Text], part: int) -> tuple[Backend, list[Text]]:
    """Return a back end that has seen nothing of a part of the sample, and the part."""
    measured = [text for text in texts if part_of(text.text, PARTS) == part]
    training = texts_by_language(shared_data("language") / "train.jsonl.gz")
    return built_from(without(training, [text.text for text in measured])), measured


def built_from(training: Mapping[str, Sequence[str]]) -> Backend:
    """Return a back end that knows these texts, the reference lists and langdetect's profiles."""
    return Profiles(compiled(counted(training), usual(training)))


def labels_read(answers: Iterable[Answered]) -> list[Answered]:
    """Return the answers with the labels of relabelled.tsv, without the texts that are in no one language."""
    read, found = dict(rows("relabelled")), []
    for text, answer in answers:
        language = read.get(sha256(text.text.encode("utf-8", "surrogatepass")).hexdigest()[:16], text.language)
        if language != "-":
            found.append((replace(text, language=language), answer))
    return found


def rows(name: str) -> list[list[str]]:
    """Return the rows of a table in this folder."""
    return [line.split("\t") for line in (FOLDER / f"{name}.tsv").read_text(encoding="utf-8").splitlines()[2:]]


def garbage(number: int) -> list[str]:
    """Return strings of no language: those above, and letters at random."""
    chance = random.Random(SEED)
    words = (
        ("".join(chance.choices(_ALPHABETS[i % 3], k=chance.randint(3, 9))) for _ in range(chance.randint(3, 9)))
        for i in range(number)
    )
    return [*GARBAGE, *map(" ".join, words)]


def sentence_start(text: str) -> str:
    """Return as many words of a text as are shorter than sixty characters together."""
    return text if len(text) <= _SHORT else text[:_SHORT].rsplit(" ", 1)[0]
