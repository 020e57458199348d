"""Names of time zones in feeds. Several mean different offsets in different countries; the feed's own zone decides."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

# Minutes east of UTC; of several the first is meant where nothing else is known (RFC 822 fixes the American ones).
_ABBREVIATIONS: dict[str, tuple[int, ...]] = {
    "Z": (0,), "UT": (0,), "UTC": (0,), "GMT": (0,), "WET": (0,), "WEST": (60,), "EST": (-300, 600),
    "EDT": (-240, 660), "CST": (-360, 480), "CDT": (-300,), "MST": (-420, 480), "MDT": (-360,), "PST": (-480, 480),
    "PDT": (-420,), "AKST": (-540,), "AKDT": (-480,), "HST": (-600,), "AST": (-240, 180), "ADT": (-180,),
    "NST": (-210,), "NDT": (-150,), "BRT": (-180,), "ART": (-180,), "CET": (60,), "CEST": (120,), "MET": (60,),
    "MEST": (120,), "EET": (120,), "EEST": (180,), "BST": (60, 360), "MSK": (180,), "MSD": (240,), "TRT": (180,),
    "IDT": (180,), "SAST": (120,), "CAT": (120,), "EAT": (180,), "WAT": (60,), "IRST": (210,), "IRDT": (270,),
    "GST": (240,), "AZT": (240,), "AFT": (270,), "PKT": (300,), "PKST": (360,), "UZT": (300,),
    "IST": (330, 120, 60), "SLST": (330,), "NPT": (345,), "BDT": (360,), "BTT": (360,), "MMT": (390,),
    "ICT": (420,), "WIB": (420,), "WITA": (480,), "WIT": (540,), "SGT": (480,), "MYT": (480,), "HKT": (480,),
    "PHT": (480,), "AWST": (480,), "JST": (540,), "KST": (540,), "ACST": (570,), "AEST": (600,), "AEDT": (660,),
    "NZST": (720,), "NZDT": (780,),
}  # fmt: skip
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?", re.ASCII)
_WIDEST = timedelta(hours=14)


class UnknownZoneError(ValueError):
    """A zone that cannot be told; the time it belongs to is unknown."""


def offset_of(name: str | None, local: datetime, hint: tzinfo | None) -> timedelta | tzinfo:
    """Return the offset a zone name means at a local time; the hint, else UTC, where there is no name.

    Raises:
        UnknownZoneError: the name is none we know, or an offset beyond 14 hours.
    """
    if not name:
        return hint or UTC
    key = name.upper()
    match = _OFFSET.fullmatch(key)
    if match:
        return _numeric(match)
    if key not in _ABBREVIATIONS:
        raise UnknownZoneError(name)
    offsets = [timedelta(minutes=minutes) for minutes in _ABBREVIATIONS[key]]
    here = hint.utcoffset(local) if hint else None
    if here in offsets[1:]:
        return here
    return offsets[0]


def _numeric(match: re.Match[str]) -> timedelta:
    digits = match[2]
    hours, minutes = int(digits), int(match[3] or 0)
    offset = timedelta(hours=hours, minutes=minutes)
    if offset > _WIDEST or minutes > 59:
        raise UnknownZoneError(match[0])
    return -offset if match[1] == "-" else offset
