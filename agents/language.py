"""The language agent: news.raw to news.articles: clean, segment, identify."""

from __future__ import annotations

from agents.app import attach

__all__ = ["attach"]
