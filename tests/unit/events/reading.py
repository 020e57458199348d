"""Run the stage over one sentence of a language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.lang.examples import Example, found, written

if TYPE_CHECKING:
    from schemas.event import Mention


def read(language: str, text: str, **circumstances: str) -> list[Mention]:
    """The mentions of a text published on 6 March 2024 unless said otherwise."""
    return found(Example(language, text, (), **circumstances))


def told(language: str, text: str, **circumstances: str) -> list[str]:
    """The same, written as in the examples."""
    return sorted(written(mention, date=False) for mention in read(language, text, **circumstances))
