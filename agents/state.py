"""The state of a stage: a Faust table as its durable log, and a view a partition that the stage reads.

A Faust table sends its changelog records without waiting for them. Here the shell sends them itself, so that the
input is acknowledged only once its state is durable too. A table entry carries its partition, since the key of a state
entry need not hash to the partition it was written in (news.articles is partitioned by script).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

import orjson

from agents.delivery import Outbound
from schemas.codec import build, plain

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

S = TypeVar("S")


class StateTable(Generic[S]):
    """The entries of one stage over all partitions this worker holds."""

    def __init__(self, table: Any, kind: type[S], view: Callable[[], MutableMapping[str, S]]) -> None:
        """Read and write through a Faust table of bytes; `view` makes the empty mapping of a partition."""
        self._table = table
        self._kind = kind
        self._new_view = view
        self._views: dict[int, MutableMapping[str, S]] = {}

    def view(self, partition: int) -> MutableMapping[str, S]:
        """Return the entries of a partition, built from the table when first asked for."""
        if partition not in self._views:
            self._views[partition] = self._build(partition)
        return self._views[partition]

    def put(self, partition: int, key: str, state: S | None) -> Outbound:
        """Keep or forget an entry; returns the changelog record that makes it durable."""
        view = self.view(partition)
        raw_key = key.encode("utf-8", "surrogatepass")
        value: bytes | None = None
        if state is None:
            view.pop(key, None)
            self._entries.pop(raw_key, None)
        else:
            view[key] = state
            value = orjson.dumps({"p": partition, "s": plain(state)})
            self._entries[raw_key] = value
        return Outbound(self._table.changelog_topic_name, raw_key, value, partition=partition)

    def forget_views(self) -> None:
        """Build the views anew from the table when next asked for: partitions came or went."""
        self._views.clear()

    def __len__(self) -> int:
        """Return the number of entries held."""
        return len(self._entries)

    @property
    def _entries(self) -> MutableMapping[bytes, bytes]:
        entries: MutableMapping[bytes, bytes] = self._table.data
        return entries

    def _build(self, partition: int) -> MutableMapping[str, S]:
        view = self._new_view()
        for raw_key, value in sorted(self._entries.items()):
            entry = orjson.loads(value)
            if entry["p"] == partition:
                view[raw_key.decode("utf-8", "surrogatepass")] = build(self._kind, entry["s"])
        return view
