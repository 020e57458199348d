"""Names of the Gregorian months in the languages of the press, from CLDR."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

from babel import Locale, localedata

_LOCALES = (
    "en", "en_GB", "ur", "hi", "ar", "ar_SY", "ar_DZ", "ar_MA", "fa", "ps", "ru", "uk", "bn", "pa", "gu", "mr", "ta",
    "te", "ne", "fr", "de", "es", "pt", "it", "nl", "pl", "ro", "sv", "tr", "az", "uz", "kk", "id", "ms", "sw",
)  # fmt: skip
# Common spellings CLDR does not list.
_ALSO = {"sept": 9, "जन": 1, "फर": 2}
_SHORTEST = 2


@lru_cache(maxsize=1024)
def month_of(word: str) -> int | None:
    """Return the number of the month a word names; None for no month, or one that is another month elsewhere."""
    return _months().get(_folded(word))


@cache
def _months() -> dict[str, int]:
    found: dict[str, set[int]] = {_folded(word): {month} for word, month in _ALSO.items()}
    held = set(localedata._cache)  # noqa: SLF001 - Babel keeps every locale it read, a megabyte of objects each
    for code in _LOCALES:
        names = Locale.parse(code).months
        for usage in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for month, name in names[usage][width].items():
                    word = _folded(str(name))
                    if len(word) >= _SHORTEST and not any(char.isspace() or char.isdigit() for char in word):
                        found.setdefault(word, set()).add(int(month))
        for name in set(localedata._cache) - held:  # noqa: SLF001 - as above
            del localedata._cache[name]  # noqa: SLF001 - as above
    return {word: months.pop() for word, months in sorted(found.items()) if len(months) == 1}


def _folded(word: str) -> str:
    """Fold case, and drop accents, Arabic vowel and hamza signs, and the nukta."""
    decomposed = unicodedata.normalize("NFD", word.casefold()).strip(".॰ ")
    return "".join(char for char in decomposed if not _is_dropped(char))


def _is_dropped(char: str) -> bool:
    return "\u0300" <= char <= "\u036f" or "\u064b" <= char <= "\u0655" or char in "\u093c\u09bc\u0a3c"
