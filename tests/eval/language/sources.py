"""Text of sources that no table was built from, for `python -m tests.eval.language --unseen-source`.

Two kinds. The translated news stories are in the training texts too, in more languages than we have them in: tables
are built without every text that shares thirty characters with any of them, or one name that stands in the stories of
several languages, and read the stories. It costs them half of what they are built from. IL-NER (Urdu and Hindi
sentences) and articles of single publishers are in no training text: the shipped tables read them.
"""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain, groupby

import orjson

from pipeline.language.build import texts_by_language, without
from pipeline.language.detect import Backend, backend
from pipeline.language.holdout import apart
from tests.eval.language.texts import Answered, Text, built_from, sentence_start
from tests.paths import shared_data

# Publishers that write in one language, by the name the articles give as their source.
PUBLISHERS = {
    "Folha de S.Paulo 1994 (mac_morpho)": "pt", "ABC Rural News 2006": "en", "Prothom Alo (bnlp-resources)": "bn",  # codespell:ignore alo
    "Geo Urdu": "ur", "Express News": "ur", "UD_Urdu-UDTB (newspaper, 2011)": "ur", "RIA Novosti": "ru",
    "MediaIndonesia": "id", "Haberturk": "tr", "LeFigaro": "fr", "HamburgerAbendblatt": "de", "FAZ": "de", "JungeWelt": "de",
    "WAZ": "de", "SalzburgerNachrichten": "de", "Bhaskar": "hi",
}  # fmt: skip
_WORD, _NAMED_IN = re.compile(r"[^\W\d_]{4,}"), 4
_LEAST_WORDS, _LEAST_LEAD, _MOST_OF_A_SOURCE = 8, 90, 400


def unseen() -> dict[str, list[Answered]]:
    """Return the answers by source."""
    found = {"stories": _answered(_without_stories(), list(stories()))}
    training = list(chain.from_iterable(texts_by_language(shared_data("language") / "train.jsonl.gz").values()))
    for name, texts in (("IL-NER", list(il_ner())), ("publishers", list(publishers()))):
        good = apart([text.text for text in texts], training)
        found[name] = _answered(backend(), [text for text, own in zip(texts, good, strict=True) if own])
    return found


def _answered(detector: Backend, texts: list[Text]) -> list[Answered]:
    return list(zip(texts, detector.detect([text.text for text in texts]), strict=True))


def _without_stories() -> Backend:
    parts = [(language, part) for language, article in _articles() for part in (article["title"], article["text"])]
    training = without(texts_by_language(shared_data("language") / "train.jsonl.gz"), [part for _, part in parts])
    pairs = {(language, word) for language, part in parts for word in _words(part)}
    names = {word for word, number in Counter(word for _, word in pairs).items() if number >= _NAMED_IN}
    return built_from({code: [text for text in own if not names & _words(text)] for code, own in training.items()})


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))


def stories() -> Iterator[Text]:
    """Return titles of the translated stories, their first sentence, its beginning, and their whole text."""
    for language, article in _articles():
        text = article["text"]
        lead = next((sentence for sentence in text.split("\n") if len(sentence) > _LEAST_LEAD), text)[:220]
        yield Text(language, None, "headline", article["title"])
        yield Text(language, None, "short", sentence_start(lead))
        yield Text(language, None, "lead", lead)
        yield Text(language, None, "body", text[:2200])


def _articles() -> Iterator[tuple[str, dict[str, str]]]:
    with gzip.open(shared_data("events") / "stories_dev.jsonl.gz") as lines:
        for line in lines:
            yield from orjson.loads(line)["articles"].items()


def il_ner() -> Iterator[Text]:
    """Return sentences of IL-NER of at least eight words."""
    for name, language in (("Urdu", "ur"), ("Hindi", "hi")):
        with gzip.open(shared_data("il_ner") / f"{name}-test.txt.gz", "rt", encoding="utf-8") as lines:
            rows = (line.split("\t")[0].strip() for line in lines)
            for filled, words in groupby(rows, key=bool):
                text = " ".join(words)
                if filled and text.count(" ") >= _LEAST_WORDS:
                    yield Text(language, None, "lead", text[:220])
                    yield Text(language, None, "short", sentence_start(text))


def publishers() -> Iterator[Text]:
    """Return leads and titles of articles whose publisher writes in one language."""
    seen: dict[str, int] = {}
    with gzip.open(shared_data("throughput") / "articles.jsonl.gz") as lines:
        for article in map(orjson.loads, lines):
            language = PUBLISHERS.get(article["source"] or "")
            if not language or seen.setdefault(article["source"], 0) >= _MOST_OF_A_SOURCE:
                continue
            seen[article["source"]] += 1
            yield Text(language, None, "lead", article["text"][:220])
            if len(article["title"] or "") >= 20:
                yield Text(language, None, "headline", article["title"])
