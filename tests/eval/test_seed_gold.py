from __future__ import annotations

import pytest

from tests.eval.seed_gold import extracted, gold, score


@pytest.fixture(scope="module")
def documents() -> list[dict[str, object]]:
    found = gold()
    if found is None:
        pytest.skip("no development data: set KHABAR_SHARED")
    return found


def test_the_seeds_reach_every_floor(documents: list[dict[str, object]]) -> None:
    assert score(documents, extracted()).failures() == []


def test_a_document_that_gives_nothing_is_named(documents: list[dict[str, object]]) -> None:
    found = extracted()
    name = next(iter(sorted(found)))
    text, _, segments = found[name]
    assert f"no mentions of {name}" in score(documents, {**found, name: (text, [], segments)}).failures()
