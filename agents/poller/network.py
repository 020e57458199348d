"""Whose fault it is when hosts cannot be reached: theirs, or that of our own network."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=10)
MOST_HOSTS = 50
FEWEST_FAILED = 3
SHARE_FAILED = 0.8


class Network:
    """The latest results of the hosts that answered until now.

    A host that was failing before says nothing about our network, so it is not counted.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self._latest: OrderedDict[str, tuple[datetime, bool]] = OrderedDict()

    def answered(self, host: str, now: datetime) -> None:
        """Note that a host answered, whatever it said."""
        self._note(host, now, failed=False)

    def failed(self, host: str, now: datetime) -> None:
        """Note that a host which answered the last time could not be reached."""
        self._note(host, now, failed=True)

    def is_down(self, now: datetime) -> bool:
        """Say whether nearly all hosts fail at once."""
        recent = [failed for time, failed in self._latest.values() if now - time <= WINDOW]
        count = sum(recent)
        return count >= FEWEST_FAILED and count >= SHARE_FAILED * len(recent)

    def _note(self, host: str, now: datetime, *, failed: bool) -> None:
        self._latest[host] = (now, failed)
        self._latest.move_to_end(host)
        if len(self._latest) > MOST_HOSTS:
            self._latest.popitem(last=False)
