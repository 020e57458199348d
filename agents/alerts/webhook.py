"""Calls to webhooks, signed after Standard Webhooks: HMAC-SHA256 over id, time and body.

A call goes to an address of the public internet only, through the poller's guard, and follows no redirect.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import aiohttp

from agents.poller.guard import refusal, socket_factory
from pipeline.alerts.rules import RuleError

if TYPE_CHECKING:
    from pipeline.alerts.rules import Webhook

TIMEOUT = 10.0
SECRET_PREFIX = "whsec_"  # noqa: S105 - how a secret in base64 begins
LEAST_SECRET = 16
RETRIED = frozenset({408, 425, 429})
# What is read of an answer, for the log.
ANSWER_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call: taken, worth another try, or refused for good; and why."""

    kind: Literal["taken", "later", "refused"]
    why: str


def secret_of(webhook: Webhook) -> bytes | None:
    """Return the secret shared with a webhook; None where it has none.

    Raises:
        RuleError: the environment or the file does not have it, or it is too short.
    """
    if webhook.secret_env:
        text = os.environ.get(webhook.secret_env, "")
        where = f"the environment variable {webhook.secret_env}"
    elif webhook.secret_file:
        where = webhook.secret_file
        try:
            text = Path(webhook.secret_file).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            raise RuleError(f"webhook {webhook.name}: {where} cannot be read as ASCII text") from None
    else:
        return None
    try:
        encoded = text.startswith(SECRET_PREFIX)
        secret = base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True) if encoded else text.encode()
    except ValueError:
        raise RuleError(f"webhook {webhook.name}: {where} begins with {SECRET_PREFIX}, but is no base64") from None
    if len(secret) < LEAST_SECRET:
        raise RuleError(f"webhook {webhook.name}: {where} has a secret of less than {LEAST_SECRET} bytes")
    return secret


def signature(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of the header webhook-signature."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()


async def call(webhook: Webhook, secret: bytes | None, message_id: str, body: bytes) -> Answer:
    """Make one call; whatever goes wrong is in the answer."""
    refused = refusal(webhook.url, allow_private=webhook.allow_private)
    if refused:
        return Answer("refused", refused.value)
    timestamp = int(time.time())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "khabar",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
    }
    if secret is not None:
        headers["webhook-signature"] = signature(secret, message_id, timestamp, body)
    connector = aiohttp.TCPConnector(socket_factory=socket_factory(allow_private=webhook.allow_private))
    timeout = aiohttp.ClientTimeout(total=TIMEOUT)
    try:
        async with (
            aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=False) as session,
            session.post(webhook.url, data=body, headers=headers, allow_redirects=False) as response,
        ):
            shown = (await response.content.read(ANSWER_LIMIT)).decode("utf-8", "replace")
            return judged(response.status, shown)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        blocked = "blocked address" in str(error)
        return Answer("refused" if blocked else "later", f"{type(error).__name__}: {error}"[:ANSWER_LIMIT])


def judged(status: int, text: str) -> Answer:
    """Say what an HTTP status means: 2xx is taken, what the other side may mend is tried again."""
    if 200 <= status < 300:
        return Answer("taken", str(status))
    later = status >= 500 or status in RETRIED
    return Answer("later" if later else "refused", f"{status} {text}".strip())
