"""The AsyncAPI document holds against the official schema, refers to what is there, and its examples are what it says."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import jsonschema
import pytest
import yaml

from schemas.asyncapi import document
from schemas.topics import topics
from tests.contract.specification import UnavailableError, asyncapi_schema
from tests.paths import ROOT

SCHEMAS = ROOT / "schemas"
Document = dict[str, Any]


@pytest.fixture(scope="module")
def official() -> jsonschema.Draft7Validator:
    try:
        return jsonschema.Draft7Validator(json.loads(asyncapi_schema()))
    except UnavailableError as error:
        if os.environ.get("CI") and shutil.which("npm"):
            raise
        pytest.skip(str(error))


@pytest.fixture
def written() -> Document:
    found: Document = yaml.safe_load((SCHEMAS / "asyncapi.yaml").read_text(encoding="utf-8"))
    return found


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        for inner in part.values():
            yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


def resolved(made: Document, reference: str) -> Any:
    """Return what a reference leads to, None where it leads nowhere."""
    if reference.startswith("./"):
        file = SCHEMAS / reference
        return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None
    found: Any = made
    for step in reference.removeprefix("#/").split("/"):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def dangling(made: Document) -> list[str]:
    return [reference for reference in references(made) if resolved(made, reference) is None]


def wrong_examples(made: Document) -> list[str]:
    """Say which example is none of its message's schema; the payload of a dead letter is any bytes."""
    found = []
    for name, message in made["components"]["messages"].items():
        (example,) = message["examples"]
        payload, headers = message["payload"].get("schema"), resolved(made, message["headers"]["$ref"])
        checks = [(headers, example["headers"])]
        if payload:
            checks.append((resolved(made, payload["$ref"]), example["payload"]))
        for schema, value in checks:
            errors = jsonschema.Draft202012Validator(schema).iter_errors(value)
            found += [f"{name}: {error.json_path}: {error.message}" for error in errors]
    return found


def test_the_file_is_the_document_and_yaml_reads_it_as_it_is(written):
    assert written == document()


def test_the_document_is_valid_asyncapi_3(official, written):
    assert [error.json_path for error in official.iter_errors(written)] == []


def test_every_reference_leads_somewhere_and_every_topic_is_a_channel(written):
    assert len(list(references(written))) > len(topics())
    assert dangling(written) == []
    assert {channel["address"] for channel in written["channels"].values()} == set(topics())


def test_every_topic_has_an_operation_for_each_that_writes_or_reads_it(written):
    told = {
        (one["action"], one["channel"]["$ref"].removeprefix("#/channels/")) for one in written["operations"].values()
    }
    assert told == {(action, name) for action in ("send", "receive") for name in topics()}
    assert len(written["operations"]) == sum(len(spec.producers) + len(spec.consumers) for spec in topics().values())


def test_every_example_is_of_its_schema(written):
    assert wrong_examples(written) == []


def keyword(made: Document) -> None:
    made["channels"]["news.raw"]["location"] = made["channels"]["news.raw"].pop("address")


def action(made: Document) -> None:
    made["operations"]["linking_sends_news_events"]["action"] = "publish"


def retention(made: Document) -> None:
    made["channels"]["news.raw"]["bindings"]["kafka"]["topicConfiguration"]["retention.ms"] = "two weeks"


def key(made: Document) -> None:
    made["components"]["messages"]["event"]["bindings"]["kafka"]["key"] = {"type": "text"}


def no_title(made: Document) -> None:
    del made["info"]["title"]


@pytest.mark.parametrize("fault", [keyword, action, retention, key, no_title])
def test_the_official_schema_finds_a_planted_fault(official, fault: Callable[[Document], None]):
    made = deepcopy(document())
    fault(made)
    assert not official.is_valid(made)


def test_a_missing_channel_a_missing_message_and_a_missing_file_are_found():
    made = deepcopy(document())
    del made["channels"]["news.events"]
    made["components"]["messages"]["mention"]["payload"]["schema"]["$ref"] = "./json/poem.v1.schema.json"
    del made["components"]["messages"]["article"]
    assert set(dangling(made)) == {
        "#/channels/news.events",
        "./json/poem.v1.schema.json",
        "#/components/messages/article",
    }


def test_an_example_that_breaks_its_schema_is_found():
    made = deepcopy(document())
    messages = made["components"]["messages"]
    messages["event"]["examples"][0]["payload"]["num_sources"] = "two"
    del messages["mention"]["examples"][0]["headers"]["ce_id"]
    assert wrong_examples(made) == [
        "event: $.num_sources: 'two' is not of type 'integer'",
        "mention: $: 'ce_id' is a required property",
    ]
