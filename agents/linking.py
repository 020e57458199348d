"""The linking agent: news.mentions to news.events: one event across articles and languages."""

from __future__ import annotations

from agents.app import attach

__all__ = ["attach"]
