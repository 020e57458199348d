"""The real record that each topic's page shows is what the pipeline makes of the seeds today."""

from __future__ import annotations

import json

import pytest

from schemas.codec import decode
from schemas.deadletter import from_message
from schemas.samples import sample
from schemas.topics import topics
from tests.docs.samples import FOLDER, NOW, SHOWN_TEXT, files, shortened
from tests.paths import ROOT

READABLE = sorted(set(topics()) - {"news.dead"})


def test_the_samples_are_what_the_pipeline_makes_today():
    made = dict(files())
    assert {path.name for path in FOLDER.iterdir()} == set(made) == {f"{name}.json" for name in topics()}
    stale = [name for name, text in made.items() if (FOLDER / name).read_text(encoding="utf-8") != text]
    assert stale == [], "run: python -m tests.docs.samples && python -m schemas.generate"


@pytest.mark.parametrize("topic", READABLE)
def test_a_sample_is_read_by_the_codec(topic):
    decode(topics()[topic].record_type, json.dumps(sample(topic).value).encode())


def test_the_dead_sample_is_a_letter_with_all_its_bytes():
    one = sample("news.dead")
    letter = from_message(
        one.key.encode(), one.value.encode(), tuple((name, value.encode()) for name, value in one.headers.items())
    )
    assert (letter.stage, letter.reason, letter.timestamp) == ("language", "decode", NOW.timestamp())
    assert letter.value_size is None


def test_the_samples_of_mention_and_event_belong_together():
    mention, event = sample("news.mentions").value, sample("news.events").value
    assert mention["mention_id"] in event["mention_ids"]
    assert event["languages"] == ["hi", "ur"]
    assert mention["article_id"] == sample("news.raw").value["uri"] == sample("news.unique").value["article"]["uri"]


@pytest.mark.parametrize("topic", topics())
def test_a_page_says_what_its_example_leaves_out(topic):
    page = (ROOT / "docs" / "topics" / f"{topic}.md").read_text(encoding="utf-8")
    one = sample(topic)
    assert [path for path in one.cut if f"`{path}`" not in page] == []
    assert page.count('…"') == sum("text" in path for path in one.cut)


def test_what_is_long_is_cut_and_told_and_what_is_short_is_kept():
    cut: dict[str, str] = {}
    value = {"a": ["x y " * 100, "short"], "b": list(range(50)), "c": "Zm9v" * 100, "d": None}
    short = shortened(value, "", cut)
    assert short == {"a": [f"{'x y ' * 40}…", "short"], "b": [0, 1, 2], "c": "Zm9v" * 40, "d": None}
    assert cut == {
        "a[0]": f"{SHOWN_TEXT} of 400 characters",
        "b": "3 of 50",
        "c": f"{SHOWN_TEXT} of 400 characters",
    }
