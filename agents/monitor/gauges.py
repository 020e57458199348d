"""Gauges that are read when they are asked for, from what a stage holds at that moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agents.metrics import Metrics
    from agents.shell import Shell


def read_from(metrics: Metrics, shell: Shell) -> None:
    """Let the gauges of a stage read its shell; they are asked from another thread, so each is one look."""
    name = shell.spec.name
    metrics.in_flight.labels(name).set_function(lambda: len(shell.window or ()))
    metrics.dead_letter_ratio.labels(name).set_function(lambda: shell.guard.share)
    state = shell.state
    if state is not None:
        metrics.table_entries.labels(name).set_function(lambda: len(state))
        metrics.table_bytes.labels(name).set_function(lambda: state.size)
