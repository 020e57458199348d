"""What an alert run keeps: its place in the topic, the rules' windows, and the calls that are still to be made.

The file is replaced as a whole, so after a crash windows, place and calls are of one moment. A call made just before is
then made again under the same id.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from pipeline.alerts.rules import RuleError
from pipeline.alerts.watch import Alert, Watch
from schemas.codec import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.alerts.rules import Rule

FIRST_WAIT, LONGEST_WAIT = 1.0, 300.0
# After this many tries, about a day, a call is given up.
MOST_TRIES = 300
MOST_PENDING = 10_000


@dataclass(slots=True)
class Pending:
    """A call to a webhook that is still to be made, tried `tries` times; `due` in seconds since 1970."""

    webhook: str
    alert: dict[str, Any]
    tries: int = 0
    due: float = 0.0

    @property
    def message_id(self) -> str:
        """The id under which the webhook knows a repeat."""
        return str(self.alert["alert_id"])

    @property
    def body(self) -> bytes:
        """What is sent."""
        return orjson.dumps({"type": "khabar.alert.v1", **self.alert})

    def put_off(self, now: float) -> bool:
        """Wait twice as long as before; says whether another try is left."""
        self.tries += 1
        self.due = now + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(self.tries - 1, 16))
        return self.tries < MOST_TRIES


@dataclass(slots=True)
class Outbox:
    """Everything that must outlive the process."""

    path: Path
    offsets: dict[int, int] = field(default_factory=dict)
    watches: list[Watch] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)

    @classmethod
    def open(cls, path: Path, rules: Iterable[Rule]) -> Outbox:
        """Read a file, or begin anew where there is none; rules that are gone are forgotten.

        Raises:
            RuleError: the file is none of ours.
        """
        try:
            known = orjson.loads(path.read_bytes())
            windows = known["watches"]
            return cls(
                path,
                {int(number): int(offset) for number, offset in known["offsets"].items()},
                [Watch(rule, windows.get(rule.name)) for rule in rules],
                [Pending(**one) for one in known["pending"]],
            )
        except FileNotFoundError:
            return cls(path, watches=[Watch(rule) for rule in rules])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RuleError(f"{path} is no state of alerts: {error!r}") from None

    def put(self, alert: Alert, webhooks: Iterable[str]) -> None:
        """Have an alert told to webhooks; the oldest calls go first where there are too many."""
        self.pending += [Pending(name, plain(alert)) for name in webhooks]
        del self.pending[: max(0, len(self.pending) - MOST_PENDING)]

    def take_out(self, done: Pending) -> None:
        """Let go of a call that was made; it may have made room for others in the meantime."""
        self.pending = [one for one in self.pending if one is not done]

    def save(self) -> None:
        """Make durable what is known."""
        known = {
            "offsets": {str(number): offset for number, offset in sorted(self.offsets.items())},
            "watches": {watch.rule.name: watch.state() for watch in self.watches},
            "pending": [{"webhook": p.webhook, "alert": p.alert, "tries": p.tries, "due": p.due} for p in self.pending],
        }
        written = self.path.with_name(f"{self.path.name}.new")
        with written.open("wb") as file:
            file.write(orjson.dumps(known))
            file.flush()
            os.fsync(file.fileno())
        written.replace(self.path)
