"""What stands before an article's first sentence: a date header, and place and agency (the dateline)."""

from __future__ import annotations

import re
from itertools import pairwise

from pipeline.text.characters import MARK, WORD
from pipeline.text.cues import cue_words, folded
from pipeline.text.lines import comparable

# Not more than this is looked at.
_REACH = 140
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}(?:[-/.]\d{1,2})?(?:[T ]\d{1,2}:\d{2}(?::\d{2})?Z?)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
)
_CLOCK = re.compile(r"[\d\s./:,|-]{6,40}(?:am|pm|utc|gmt|ist|pkt|et|cet)?")
_WEBSITE = re.compile(r"[a-z0-9-]{2,}\.[a-z.]{2,}")
_TOKEN = re.compile(rf"[\w{MARK}]+")

_BRACKETED = re.compile(
    r"(?P<place>[^()\n:–—۔।]{2,60})\(\s?(?P<agency>[^()\n]{1,60})\)\s?(?P<sign>[.,۔।:]?\s?[-–—]{0,2}:?)\s?"
)
_SLASHED = re.compile(r"(?P<place>[^()/\n:–—۔।]{2,50})/(?P<agency>[^/\n]{2,24})/\s?(?P<sign>[.,]?\s?[-–—]?)\s?")
_PLAIN = re.compile(r"(?P<place>[^()\n:–—۔।]{2,60}?)\s?(?P<sign>:(?!//)| [-–—]{1,2}(?= )|—)\s?")
_AGENCY = re.compile(r"(?P<agency>[^()\n:.–—۔।]{2,24}?)\s?[.:–—-]{1,2}\s")
# As Hindi papers write it.
_DANDA = re.compile(r"(?P<place>[\u0900-\u0963]{2,}(?: [\u0900-\u0963]{2,})?)\s?।\s?(?=[\w\"'])")
# `place, day, 电` or `paper 讯`, with the reporters in brackets.
_CHINESE = re.compile(
    r"(?:[^。:\s\uff0c\uff1a]{1,24}\d{1,2}日[电電讯訊]|[^。:\s\uff0c\uff1a]{1,14}[讯訊](?=[\s(\uff08]))\s?(?:[(\uff08][^)\n\uff09]{1,50}[)\uff09])?\s?"
)
_HAN = re.compile("[\u3040-\u30ff\u3400-\u9fff]")


def header_end(text: str) -> int:
    """Return where a date header at the beginning of a line ends, 0 without one; the whole line may be one."""
    head = text[:_REACH]
    first = WORD.search(head)
    if first and first.start() <= 2 and comparable(first[0]) in cue_words("header"):
        date = re.compile(r"\s?:?\s?").match(head, first.end())
        found = _DATE.match(head, date.end() if date else first.end())
        if found:
            return found.end()
    return len(text) if len(text) <= 80 and _is_date_line(head) else 0


def _is_date_line(text: str) -> bool:
    if _CLOCK.fullmatch(text.casefold()) and sum(c.isdigit() for c in text) >= 6:
        return True
    words = [comparable(w) for w in _TOKEN.findall(text)]
    if not any(w.isdigit() for w in words) or len(words) > 12 or text.rstrip()[-1:] in ".۔।":
        return False
    named = any(" ".join(words[:n]) in cue_words("header") for n in (1, 2))
    dated = any(w in cue_words("months") for w in words) or bool(_DATE.search(text))
    return dated and (named or len(words) <= 7) and len(text) <= 60


def dateline_end(text: str) -> int:
    """Return where the dateline at the beginning of a paragraph ends, 0 without one."""
    head = text[:_REACH]
    if not head or head[0] in "\"'([":
        return 0
    if _HAN.search(head[:12]):
        match = _CHINESE.match(head)
        return match.end() if match and match.end() < len(text) else 0
    for pattern, valid in ((_BRACKETED, _bracketed), (_SLASHED, _bracketed), (_PLAIN, _plain), (_DANDA, _place)):
        match = pattern.match(head)
        if match and match.end() < len(text) and valid(match):
            return _agency_end(head, match.end())
    return 0


def _agency_end(head: str, end: int) -> int:
    """Return where an agency ends that stands between a place and the text: `MOSCOW — TASS. `."""
    match = _AGENCY.match(head, end)
    if match and match.end() < len(head) and _known_agency(match["agency"]):
        return match.end()
    return end


def is_dateline(text: str) -> bool:
    """Say whether a whole short line is a dateline, as where pages put the place on a line of its own."""
    return len(text) <= 60 and dateline_end(f"{text} x") >= len(text)


def _cased(text: str) -> bool:
    return text.lower() != text.upper()


def _place(match: re.Match[str]) -> bool:
    """A few words that begin with a capital where the script has them, and are no label such as `Video`."""
    place = match["place"].strip()
    words = place.split()
    if not 1 <= len(words) <= 8 or folded(place) in cue_words("not_place"):
        return False
    return place[0].isalpha() and (not _cased(place) or place[0].isupper())


def _bracketed(match: re.Match[str]) -> bool:
    if not _place(match):
        return False
    sign = match["sign"].strip()
    if _known_agency(match["agency"]):
        return bool(sign) or not _cased(match["place"] + match["agency"])
    return _in_capitals(match["place"]) and sign[-1:] in ("-", "–", "—")


def _known_agency(words: str) -> bool:
    """Whether the words hold the name of an agency or of a desk, or look like a website."""
    agencies = cue_words("agencies")
    names = folded(words).split()
    if any(n in agencies for n in names) or " ".join(names) in agencies or any(_WEBSITE.fullmatch(n) for n in names):
        return True
    return any(f"{a} {b}" in agencies for a, b in pairwise(names))


def _in_capitals(place: str) -> bool:
    words = place.partition(",")[0].split()
    return bool(words) and len(words[0]) >= 3 and all(w.isupper() for w in words)


def _plain(match: re.Match[str]) -> bool:
    """Place and sign without an agency; a quotation after a colon means that the words are its speaker."""
    if not _place(match):
        return False
    place, after = match["place"].strip(), match.string[match.end() : match.end() + 1]
    if _known_agency(place) and len(place.split()) <= 3:
        return True
    if _cased(place):
        return _in_capitals(place) and (match["sign"].strip() != ":" or len(place.split()) <= 2)
    if match["sign"].strip() == "—" and match["sign"] != " —":
        return False
    if match["sign"].strip() == ":" and after in "\"'":
        return False
    return len(place.partition(",")[0].split()) <= 3 and len(place.split()) <= (6 if "," in place else 3)
