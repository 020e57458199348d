"""The generated files are fresh, and the examples hold for the codec and for JSON Schema alike."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import pytest

from schemas.codec import DecodeError, decode, encode
from schemas.generate import main, stale
from schemas.json_schema import json_schema
from schemas.meanings import HEADERS, MeaningError, described, header_meaning, meanings
from schemas.records import RECORDS
from schemas.topics import topics
from tests.paths import ROOT

EXAMPLES = ROOT / "schemas" / "examples"
LEAST = 2


def examples(kind: str) -> list[Path]:
    return sorted(EXAMPLES.glob(f"*/{kind}/*.json"))


def record_of(path: Path) -> str:
    return path.parent.parent.name.removesuffix(".v1")


def validator(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json_schema(name))


def shown(path: Path) -> str:
    return f"{record_of(path)}/{path.stem}"


def test_the_generated_files_are_fresh():
    assert stale() == [], "run: python -m schemas.generate"


def test_the_check_finds_and_the_generator_mends_what_is_stale(tmp_path, capsys):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "schemas.md").write_text("# By hand\n")
    assert main(["--check", "--root", str(tmp_path)]) == 1
    assert main(["--root", str(tmp_path)]) == 0
    assert main(["--check", "--root", str(tmp_path)]) == 0
    (tmp_path / "schemas" / "json" / "poem.v1.schema.json").write_text("{}")
    (tmp_path / "schemas" / "json" / "event.v1.schema.json").write_text("{}")
    (tmp_path / "docs" / "topics" / "news.poems.md").write_text("")
    (tmp_path / "docs" / "topics" / "news.raw.md").unlink()
    capsys.readouterr()
    assert main(["--check", "--root", str(tmp_path)]) == 1
    assert {Path(line).name for line in capsys.readouterr().err.splitlines()} == {
        "poem.v1.schema.json",
        "event.v1.schema.json",
        "news.poems.md",
        "news.raw.md",
    }
    assert main(["--root", str(tmp_path)]) == 0
    assert stale(tmp_path) == []
    assert (tmp_path / "docs" / "schemas.md").read_text().startswith("# By hand\n")


@pytest.mark.parametrize("name", RECORDS)
def test_a_schema_is_one(name):
    schema = json.loads((ROOT / "schemas" / "json" / f"{name}.v1.schema.json").read_text(encoding="utf-8"))
    assert jsonschema.validators.validator_for(schema) is jsonschema.Draft202012Validator
    jsonschema.Draft202012Validator.check_schema(schema)
    with pytest.raises(jsonschema.SchemaError):
        jsonschema.Draft202012Validator.check_schema({**schema, "required": "schema"})


@pytest.mark.parametrize("name", RECORDS)
def test_every_part_of_a_record_is_described(name):
    schema = json_schema(name)
    for part in (schema, *schema.get("$defs", {}).values()):
        assert part["description"].endswith((".", ")"))
        assert not part["description"].startswith(f"{part.get('title')}(")


def test_no_meaning_is_of_a_record_or_part_that_is_not():
    parts = {part["title"] for name in RECORDS for part in [json_schema(name)]}
    parts |= {part for name in RECORDS for part in json_schema(name).get("$defs", {})}
    assert described() == parts | {HEADERS}


def test_a_field_or_header_without_a_meaning_is_found():
    @dataclass
    class Span:
        text: str
        start: int
        length: int

    with pytest.raises(MeaningError, match=r"\[Span\] has text, start, end; wanted text, start, length"):
        meanings(Span)
    with pytest.raises(MeaningError, match="ce_mood"):
        header_meaning("ce_mood")


def test_topics_records_schemas_and_examples_name_each_other_and_nothing_else():
    named = {spec.record for spec in topics().values()}
    assert named == set(RECORDS)
    assert {path.name for path in (ROOT / "schemas" / "json").iterdir()} == {f"{name}.v1.schema.json" for name in named}
    assert {path.name for path in EXAMPLES.iterdir()} == {f"{name}.v1" for name in named}
    assert {path.parent.name for path in EXAMPLES.glob("*/*/*")} == {"valid", "invalid"}
    assert all(path.suffix == ".json" for path in EXAMPLES.glob("*/*/*"))


def test_a_topic_names_the_version_its_record_has():
    for spec in topics().values():
        if spec.record != "dead_letter":
            assert spec.record_type.__dataclass_fields__["schema"].default == f"{spec.record}/{spec.version}"


@pytest.mark.parametrize("name", RECORDS)
def test_every_record_has_examples_of_both_kinds(name):
    for kind in ("valid", "invalid"):
        assert len(list((EXAMPLES / f"{name}.v1" / kind).glob("*.json"))) >= LEAST


@pytest.mark.parametrize("path", examples("valid"), ids=shown)
def test_a_valid_example_is_read_written_again_and_validates(path):
    cls = RECORDS[record_of(path)]
    record = decode(cls, path.read_bytes())
    assert decode(cls, encode(record)) == record
    given, written = json.loads(path.read_text(encoding="utf-8")), json.loads(encode(record))
    assert {name: written[name] for name in given} == given
    validator(record_of(path)).validate(given)
    validator(record_of(path)).validate(written)


@pytest.mark.parametrize("path", examples("invalid"), ids=shown)
def test_an_invalid_example_is_refused_by_codec_and_schema(path):
    with pytest.raises(DecodeError) as caught:
        decode(RECORDS[record_of(path)], path.read_bytes())
    assert caught.value.reason == (
        "schema"
        if path.stem in {"no_schema", "unknown_major", "another_record", "article_of_unknown_major"}
        else "decode"
    )
    if path.stem == "broken_json":
        assert caught.value.offset is not None
    else:
        assert caught.value.field is not None or path.stem == "an_array"
        assert not validator(record_of(path)).is_valid(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", [path for path in examples("valid") if record_of(path) == "mention"], ids=shown)
def test_spans_of_an_example_are_as_long_as_their_text(path):
    mention = decode(RECORDS["mention"], path.read_bytes())
    for span in (mention.trigger, *mention.evidence, *mention.actors, *mention.recipients, *mention.quantities):
        assert span.end - span.start == len(span.text)
