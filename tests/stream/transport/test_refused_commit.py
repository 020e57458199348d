"""A commit that the broker refused is not taken for done: the same offset is committed once it can be."""

from __future__ import annotations

import pytest
from faust.transport.consumer import Consumer
from faust.types import TP

from agents.transport.handover import HandoverConsumer

PLACE = TP("news.mentions", 0)


@pytest.mark.parametrize(("taken", "commits_again"), [(False, True), (True, False)])
async def test_an_offset_is_committed_again_only_where_it_was_refused(monkeypatch, taken, commits_again):
    async def commit(self, offsets, start_new_transaction=True):
        self._committed_offset.update(offsets)  # as Faust does, whatever the broker said
        return taken

    monkeypatch.setattr(Consumer, "_commit_offsets", commit)
    monkeypatch.setattr(HandoverConsumer, "__abstractmethods__", frozenset())
    consumer = HandoverConsumer.__new__(HandoverConsumer)
    consumer._committed_offset = {PLACE: 24}
    assert await consumer._commit_offsets({PLACE: 37}) is taken
    assert consumer._should_commit(PLACE, 37) is commits_again
