"""`khabar explain`: what is matched, fired and refused is told, and nothing of an article reaches the terminal raw."""

from __future__ import annotations

import orjson
import pytest

from agents.cli import main

TEXT = (
    "Russian Foreign Minister Sergei Lavrov met his Pakistani counterpart in Islamabad on Tuesday. "
    "Lavrov did not meet the Chinese ambassador. "
    "The weather was fine."
)


@pytest.fixture
def explained(tmp_path, capsys):
    def run(text: str | bytes, *arguments: str, name: str = "a.txt") -> tuple[int, str]:
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        code = main(["explain", str(file), *arguments])
        out = capsys.readouterr()
        return code, out.out + out.err

    return run


def test_each_sentence_shows_names_the_rule_that_fired_and_the_one_that_refused(explained):
    code, out = explained(TEXT, "--published", "2021-04-08")
    assert code == 0
    first, second, third = out.split("\n\n")[1:4]
    assert "event    CONSULT by rule meet" in first
    assert "person RUS demonym foreign minister" in first
    assert "refused" in second
    assert "rule meet:" in second
    assert third.strip().endswith("The weather was fine.")


def test_the_mentions_come_with_the_parts_of_their_confidence_and_their_evidence(explained):
    _, out = explained(TEXT, "--published", "2021-04-08")
    mention = out[out.rindex("CONSULT") :]
    assert "2021-04-06 (sentence)" in mention
    assert " = trigger 0." in mention
    assert "evidence [0:" in mention


def test_what_is_off_topic_is_shown_with_its_gate_and_gives_no_mention(explained):
    text = (
        "The match ended in a draw. The coach praised the striker. " + TEXT + " The league table, the goals, the cup."
    )
    _, out = explained(text)
    assert "off topic: sport" in out
    assert "no event" in out


def test_an_article_is_found_by_its_id_among_lines(explained):
    lines = b"\n".join(orjson.dumps({"id": name, "text": TEXT}) for name in ("one", "two"))
    code, out = explained(lines, "--id", "two", name="a.jsonl")
    assert code == 0
    assert out.startswith("two  en")
    assert "one  en" not in out
    assert explained(lines, "--id", "three", name="a.jsonl") == (1, "khabar explain: no such article\n")


def test_a_file_that_is_no_article_is_refused_with_a_reason(explained, capsys):
    code, out = explained(b'{"id": 1}\n', name="a.jsonl")
    assert code == 1
    assert out.startswith("khabar explain: ")
    assert main(["explain", "/nonexistent"]) == 1


def test_control_characters_of_an_article_are_shown_as_escapes(explained):
    _, out = explained("Lavrov met \x1b[2J\u202e Qureshi in Islamabad.")
    assert "\x1b" not in out
    assert "\u202e" not in out
