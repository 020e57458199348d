"""The events agent: news.unique to news.mentions: PLOVER mentions with evidence."""

from __future__ import annotations

from agents.app import attach

__all__ = ["attach"]
