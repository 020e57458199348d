"""Dates of feeds: many formats and languages, read exactly or not at all. A wrong date is worse than none."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from pipeline.feeds.months import month_of
from pipeline.feeds.zones import UnknownZoneError, offset_of
from schemas.article import Precision

Found = tuple[datetime | None, Precision]
NOTHING: Found = (None, "none")
LONGEST = 120
EARLIEST, LATEST = 1990, 2099

_ZONE = r"(?:(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?|[A-Z]{1,5})"
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,9})?)?"
_ISO = re.compile(
    r"(?P<year>\d{4})(?P<dash>[-/]?)(?P<month>\d{2})(?P=dash)(?P<day>\d{2})"
    r"(?:[T ](?P<hour>\d{2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,]\d{1,9})?)? ?(?P<zone>" + _ZONE + r")?)?",
    re.IGNORECASE,
)
_WEEK = re.compile(r"(\d{4})-?W(\d{2})-?([1-7])")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_TIME = re.compile(
    r"(?<![\d:])"
    + _CLOCK
    + r"(?![\d:])(?: ?(?P<half>[AaPp])\.?[Mm]\.?(?![A-Za-z]))?(?: ?(?P<zone>"
    + _ZONE
    + r")(?![\w:]))?"
)
_NUMERIC = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")
_CJK = re.compile(r"(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日일号]")
_TWO_DIGIT_PIVOT = 69
# A word at a clock time may say which half of the day is meant (شام, م, 下午): only these are known not to.
_CLOCK_WORDS = frozenset({"uhr", "h", "hrs", "ч"})
_HALVES_BEFORE = ("午", "晚", "早", "오전", "오후")


def parse_date(text: str | None, hint: tzinfo | None = None) -> Found:
    """Read a date as UTC, with the precision it was given in.

    A date without a time is returned at 00:00 UTC of that calendar day. `hint` is the feed's own time zone, used for
    times without a zone and to choose among the meanings of an ambiguous abbreviation; without it a time without a
    zone counts as UTC. Years outside 1990 to 2099 are no dates of news.
    """
    plain = _plain(text)
    if not plain:
        return NOTHING
    for reader in (_epoch, _iso, _iso_parts, _spoken):
        try:
            found = reader(plain, hint)
        except (ValueError, OverflowError, UnknownZoneError):
            return NOTHING
        if found is not None:
            moment = found[0]
            return found if moment is not None and EARLIEST <= moment.year <= LATEST else NOTHING
    return NOTHING


def rfc3339(moment: datetime) -> str:
    """Write a time as RFC 3339 UTC, to the second."""
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat() + "Z"


def _plain(text: str | None) -> str:
    """Write all decimal digits in ASCII, commas as one, white space as single spaces; a long text is no date."""
    if not text or len(text) > LONGEST:
        return ""
    chars = (str(unicodedata.decimal(char, char)) for char in text)
    return " ".join("".join(chars).replace("،", ",").replace("、", ",").split())


def _epoch(text: str, _hint: tzinfo | None) -> Found | None:
    if not (text.isascii() and text.isdigit()) or len(text) not in {10, 13}:
        return None
    seconds = int(text) / (1000 if len(text) == 13 else 1)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=0), "second"


def _iso(text: str, hint: tzinfo | None) -> Found | None:
    match = _ISO.fullmatch(text)
    if not match:
        return None
    day = date(int(match["year"]), int(match["month"]), int(match["day"]))
    return _joined(day, match if match["hour"] else None, hint)


def _iso_parts(text: str, _hint: tzinfo | None) -> Found | None:
    """Read ISO 8601 weeks, months and years."""
    if match := _WEEK.fullmatch(text):
        return _midnight(date.fromisocalendar(*(int(part) for part in match.groups()))), "day"
    if match := _MONTH.fullmatch(text):
        return _midnight(date(int(match[1]), int(match[2]), 1)), "month"
    if len(text) == 4 and text.isascii() and text.isdigit():
        return _midnight(date(int(text), 1, 1)), "year"
    return None


def _spoken(text: str, hint: tzinfo | None) -> Found | None:
    """Read a date in words or numbers, with or without a time somewhere in it."""
    time = _TIME.search(text)
    if time and _half_unknown(text, time):
        return NOTHING
    rest = f"{text[: time.start()]} {text[time.end() :]}" if time else text
    found = _calendar_day(rest)
    if found is None:
        return None
    day, precision = found
    if precision != "day":
        return (_midnight(day), precision) if time is None else None
    return _joined(day, time, hint)


def _half_unknown(text: str, time: re.Match[str]) -> bool:
    """Say whether a word beside the time may move it by twelve hours."""
    if time["half"] or time["zone"] or int(time["hour"]) > 12:
        return False
    after = text[time.end() :].lstrip()
    word = _tokens(after[:40])[0] if after[:1].isalpha() else ""
    before = text[: time.start()].rstrip()
    return (bool(word) and word.lower() not in _CLOCK_WORDS) or before.endswith(_HALVES_BEFORE)


def _calendar_day(text: str) -> tuple[date, Precision] | None:
    if match := _CJK.search(text):
        return date(int(match[1]), int(match[2]), int(match[3])), "day"
    numeric = _NUMERIC.search(text)
    if numeric:
        return _numeric_day(numeric)
    return _worded_day(_tokens(text))


def _numeric_day(match: re.Match[str]) -> tuple[date, Precision] | None:
    """Dots are written day first everywhere; slashes and hyphens only where the day is above 12 is it certain."""
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    if match[2] == "." or first > 12 or first == second:
        return date(year, second, first), "day"
    if second > 12:
        return date(year, first, second), "day"
    return None


def _worded_day(tokens: list[str]) -> tuple[date, Precision] | None:
    numbers = [(place, token) for place, token in enumerate(tokens) if token.isdigit()]
    months = [(place, month) for place, token in enumerate(tokens) if (month := month_of(token))]
    if len(months) > 1:
        months = [(place, month) for place, month in months if place and tokens[place - 1].isdigit()]
    if len(months) != 1 or not 1 <= len(numbers) <= 2:
        return None
    month = months[0][1]
    if len(numbers) == 1:
        year = numbers[0][1]
        return (date(int(year), month, 1), "month") if len(year) == 4 else None
    (_, first), (_, second) = numbers
    if len(first) == 4:
        first, second = second, first
    if len(first) > 2 or len(second) not in {2, 4}:
        return None
    year_number = int(second)
    if len(second) == 2:
        year_number += 1900 if year_number >= _TWO_DIGIT_PIVOT else 2000
    return date(year_number, month, int(first)), "day"


def _tokens(text: str) -> list[str]:
    """Split into runs of digits and runs of letters with their marks."""
    tokens: list[str] = []
    kind = ""
    for char in text:
        now = "digit" if char.isdigit() else "word" if unicodedata.category(char)[0] in "LM" else ""
        if now and now == kind:
            tokens[-1] += char
        elif now:
            tokens.append(char)
        kind = now
    return tokens


def _joined(day: date, time: re.Match[str] | None, hint: tzinfo | None) -> Found:
    if time is None:
        return _midnight(day), "day"
    groups = time.groupdict()
    hour = _hour(int(groups["hour"]), groups.get("half"))
    second = min(int(groups["second"] or 0), 59) if groups["second"] != "60" else 59
    local = datetime(day.year, day.month, day.day, hour, int(groups["minute"]), second)  # noqa: DTZ001 - the zone follows
    offset = offset_of(groups["zone"], local, hint)
    moment = local.replace(tzinfo=offset if isinstance(offset, tzinfo) else timezone(offset)).astimezone(UTC)
    return moment, "second" if groups["second"] else "minute"


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("no hour of a half day")
    return hour % 12 + (12 if half in "Pp" else 0)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def is_later(text: str | None, other: str | None) -> bool:
    """Say whether two dates, as written, can be read and the first is the later one."""
    moment, before = parse_date(text)[0], parse_date(other)[0]
    return moment is not None and before is not None and moment > before


def is_future(moment: datetime, now: datetime, slack: timedelta = timedelta(days=1)) -> bool:
    """Say whether a date lies further ahead than clocks and zones explain."""
    return moment > now + slack
