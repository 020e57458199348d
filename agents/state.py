"""The state of a stage: a Faust table as its durable log, and a view a partition that the stage reads.

A Faust table sends its changelog records without waiting for them. Here the shell sends them itself, so that the
input is acknowledged only once its state is durable too. The key of a table entry begins with its partition: the key
of a state entry need not hash to the partition it was written in (news.articles is partitioned by script), and the
same key may have one entry in each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

import orjson

from agents.delivery import Outbound
from schemas.codec import build, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, MutableMapping

S = TypeVar("S")


class StateTable(Generic[S]):
    """The entries of one stage over all partitions this worker holds."""

    def __init__(self, table: Any, kind: type[S], view: Callable[[], MutableMapping[str, S]]) -> None:
        """Read and write through a Faust table of bytes; `view` makes the empty mapping of a partition.

        `size` is kept at the bytes of keys and values held.
        """
        self._table = table
        self._kind = kind
        self._new_view = view
        self._views: dict[int, MutableMapping[str, S]] = {}
        self.size = 0

    def view(self, partition: int) -> MutableMapping[str, S]:
        """Return the entries of a partition, built from the table when first asked for."""
        if partition not in self._views:
            self._views[partition] = self._build(partition)
        return self._views[partition]

    def record(self, partition: int, key: str, state: S | None) -> Outbound:
        """Return the changelog record that makes an entry, or its absence, durable; nothing is kept yet."""
        value = None if state is None else encode(state)
        return Outbound(self._table.changelog_topic_name, _table_key(partition, key), value, partition=partition)

    def keep(self, partition: int, key: str, state: S | None, record: Outbound) -> None:
        """Keep or forget an entry, whose changelog record is given."""
        view, raw_key = self.view(partition), _table_key(partition, key)
        self.size -= _size(raw_key, self._entries.get(raw_key))
        if state is None or record.value is None:
            view.pop(key, None)
            self._entries.pop(raw_key, None)
        else:
            view[key] = state
            self._entries[raw_key] = record.value
            self.size += _size(raw_key, record.value)

    def forget_views(self) -> None:
        """Build the views anew from the table when next asked for: partitions came or went."""
        self._views.clear()
        self.size = sum(_size(raw_key, value) for raw_key, value in self._entries.items())

    def forget_others(self, partitions: Collection[int]) -> None:
        """Forget the entries of all but these partitions: another worker has them now, and may delete some."""
        prefixes = {_prefix(partition) for partition in partitions}
        gone = [raw_key for raw_key in self._entries if raw_key[: raw_key.index(b"/") + 1] not in prefixes]
        for raw_key in gone:
            self._entries.pop(raw_key, None)

    def __len__(self) -> int:
        """Return the number of entries held."""
        return len(self._entries)

    @property
    def _entries(self) -> MutableMapping[bytes, bytes]:
        entries: MutableMapping[bytes, bytes] = self._table.data
        return entries

    def _build(self, partition: int) -> MutableMapping[str, S]:
        view = self._new_view()
        prefix = _prefix(partition)
        own = sorted((raw_key, value) for raw_key, value in self._entries.items() if raw_key.startswith(prefix))
        for raw_key, value in own:
            view[raw_key[len(prefix) :].decode("utf-8", "surrogatepass")] = build(self._kind, orjson.loads(value))
        return view


def _size(raw_key: bytes, value: bytes | None) -> int:
    return 0 if value is None else len(raw_key) + len(value)


def _prefix(partition: int) -> bytes:
    return b"%d/" % partition


def _table_key(partition: int, key: str) -> bytes:
    return _prefix(partition) + key.encode("utf-8", "surrogatepass")
