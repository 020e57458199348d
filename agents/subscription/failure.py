"""What the commands of a subscriber say when they cannot go on, and their exit codes."""

from __future__ import annotations

import sys

from aiokafka.errors import KafkaError

from agents.broker import BrokerError, exit_code
from agents.config import SettingError
from pipeline.subscription.lexer import WhereError

EX_USAGE, EX_UNAVAILABLE, EX_CANTCREAT, EX_CONFIG = 64, 69, 73, 78
# Characters shown before and behind the place that is wrong.
BEFORE, SHOWN = 60, 100


class UnusableError(RuntimeError):
    """What was asked for cannot be done in this installation; the message says what is missing."""


EXPECTED = (ValueError, BrokerError, KafkaError, UnusableError, OSError)


def fail(command: str, error: Exception) -> int:
    """Print why a command cannot go on; returns its exit code."""
    print(f"khabar {command}: {_reason(error)}", file=sys.stderr)
    codes: list[tuple[type[Exception], int]] = [
        (SettingError, EX_CONFIG),
        (UnusableError, EX_CONFIG),
        (ValueError, EX_USAGE),
        (KafkaError, EX_UNAVAILABLE),
    ]
    if isinstance(error, BrokerError):
        return exit_code(error, EX_UNAVAILABLE)
    return next((code for kind, code in codes if isinstance(error, kind)), EX_CANTCREAT)


def pointed(error: WhereError) -> str:
    """Show a filter with a mark under the place that is wrong."""
    start = max(0, error.position - BEFORE)
    shown = "".join(point if point.isprintable() else " " for point in error.text[start : start + SHOWN])
    return f"  {shown}\n  {' ' * (error.position - start)}^"


def _reason(error: Exception) -> str:
    return f"--where: {error.reason}\n{pointed(error)}" if isinstance(error, WhereError) else str(error)
