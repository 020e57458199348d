"""A live run of alert rules: events in, windows on, calls out, all kept in one file."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING

from agents.alerts.webhook import call
from agents.broker import connect
from agents.client import Subscriber
from agents.subscription.start import offsets_at, parse_start

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agents.alerts.outbox import Outbox, Pending
    from agents.config import Settings
    from pipeline.alerts.rules import Webhook
    from schemas.event import Event

logger = logging.getLogger("khabar.alerts")

SAVE_INTERVAL = 1.0
LEAST_WAIT = 0.05
TOPIC = "news.events"


class AlertRun:
    """Rules at work on a broker."""

    def __init__(
        self, settings: Settings, outbox: Outbox, webhooks: Mapping[str, Webhook], secrets: Mapping[str, bytes | None]
    ) -> None:
        """Tell `webhooks`, with the secret of each."""
        self._settings, self._outbox = settings, outbox
        self._webhooks, self._secrets = webhooks, secrets
        self._due, self._tried = asyncio.Event(), asyncio.Event()

    async def run(self, start: str, *, follow: bool = True) -> None:
        """Follow the events from where the file says, else from `start`; without `follow` to the end of the topic."""
        if not self._outbox.offsets:
            async with connect(self._settings) as broker:
                self._outbox.offsets = await offsets_at(broker, TOPIC, parse_start(start))
            self._outbox.save()
        tasks = [asyncio.create_task(one) for one in (self._follow(follow=follow), self._send(), self._save())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                # Only following ends by itself: a full disk must not leave rules at work that tell nobody.
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._outbox.save()

    async def _follow(self, *, follow: bool) -> None:
        async with Subscriber(self._settings, start=self._outbox.offsets, follow=follow) as events:
            async for delivery in events.deliveries():
                self._take(delivery.record)
                self._outbox.offsets[delivery.received.partition] = delivery.received.offset + 1
        # What could not be told at the first try is for the next run.
        while any(one.tries == 0 for one in self._outbox.pending):
            self._tried.clear()
            await self._tried.wait()

    def _take(self, event: Event) -> None:
        for watch in self._outbox.watches:
            for alert in watch.take(event):
                logger.info("alert", extra={"rule": alert.rule, "group": alert.group, "alert": alert.alert_id})
                self._outbox.put(alert, watch.rule.webhooks)
                self._due.set()

    async def _save(self) -> None:
        saved: dict[int, int] = {}
        while True:
            await asyncio.sleep(SAVE_INTERVAL)
            if saved != self._outbox.offsets:
                self._outbox.save()
                saved = dict(self._outbox.offsets)

    async def _send(self) -> None:
        while True:
            # Cleared first: what comes while calls are made is due at once.
            self._due.clear()
            await self._send_due()
            self._tried.set()
            waits = [one.due for one in self._outbox.pending]
            wait = max(LEAST_WAIT, min(waits) - time.time()) if waits else None
            try:
                async with asyncio.timeout(wait):
                    await self._due.wait()
            except TimeoutError:
                continue

    async def _send_due(self) -> None:
        now = time.time()
        due = [one for one in self._outbox.pending if one.due <= now]
        if due:
            # An alert is on the disk before anybody is told of it: after a crash it has the same id.
            self._outbox.save()
        for one in due:
            if await self._is_done(one):
                self._outbox.take_out(one)
                self._outbox.save()

    async def _is_done(self, one: Pending) -> bool:
        webhook = self._webhooks.get(one.webhook)
        if webhook is None:
            return True
        answer = await call(webhook, self._secrets.get(one.webhook), one.message_id, one.body)
        about = {"webhook": one.webhook, "alert": one.message_id, "why": answer.why, "try": one.tries + 1}
        if answer.kind == "taken":
            logger.info("told", extra=about)
            return True
        if answer.kind == "later" and one.put_off(time.time()):
            logger.warning("not told yet", extra=about)
            return False
        logger.error("not told, given up", extra=about)
        return True
