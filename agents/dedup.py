"""The dedup agent: news.articles to news.unique: new, update, duplicate or contained."""

from __future__ import annotations

from agents.app import attach

__all__ = ["attach"]
