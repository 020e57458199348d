"""Whether a passage is about what the headline says: if it is, finding it again says little about the site."""

from __future__ import annotations

import re

from pipeline.text.characters import WORD

# A character of a dense script says as much as three letters.
_DENSE = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_STEM, _SHORTEST = 6, 4
_READ = 2000


class Headline:
    """The words of a headline, cut to stems."""

    def __init__(self, text: str | None) -> None:
        self._stems = _stems(text or "")

    def is_subject_of(self, passage: str) -> bool:
        """Say whether a passage shares a long word or two others with the headline."""
        if not self._stems:
            return False
        shared = self._stems & _stems(passage)
        return len(shared) >= 2 or any(len(stem) == _STEM for stem in shared)


def weight(text: str) -> int:
    """Return the length of a text in letters, white space left out."""
    characters = "".join(text.split())
    return len(characters) + 2 * len(_DENSE.findall(characters))


def _stems(text: str) -> set[str]:
    """Return the first letters of longer words and the pairs of neighbouring characters of dense scripts."""
    words = set(WORD.findall(text[:_READ].casefold()))
    dense = {word for word in words if _DENSE.search(word)}
    pairs = {word[i : i + 2] for word in dense for i in range(len(word) - 1)}
    return pairs.union(word[:_STEM] for word in words - dense if len(word) >= _SHORTEST)
