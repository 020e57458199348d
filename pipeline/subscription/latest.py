"""What a subscriber has seen: the latest revision of each event, so that a repeat is known as one."""

from __future__ import annotations

from collections import OrderedDict

from schemas.event import Event, Mention

MOST = 200_000


class Latest:
    """The latest revision by id, of the `most` ids seen last."""

    def __init__(self, most: int = MOST) -> None:
        """Know nothing yet."""
        self._most = most
        self._revisions: OrderedDict[str, int] = OrderedDict()

    def __len__(self) -> int:
        return len(self._revisions)

    def takes(self, record: Event | Mention) -> bool:
        """Note a record; say whether it is newer than what is known of its id."""
        name, revision = (
            (record.mention_id, record.article_version)
            if isinstance(record, Mention)
            else (record.event_id, record.revision)
        )
        known = self._revisions.get(name)
        if known is not None and known >= revision:
            self._revisions.move_to_end(name)
            return False
        self._revisions[name] = revision
        self._revisions.move_to_end(name)
        if len(self._revisions) > self._most:
            self._revisions.popitem(last=False)
        return True
