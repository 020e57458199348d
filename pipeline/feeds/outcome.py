"""What came of a poll: the kinds of error, and the figures the schedule needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import timedelta

    from pipeline.feeds.timetable import Timetable

OutcomeKind = Literal["changed", "unchanged", "error", "throttled", "gone"]


class ErrorKind(StrEnum):
    """Why a poll failed; the same words in status records, logs and metrics."""

    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    BLOCKED_ADDRESS = "blocked_address"
    BLOCKED_SCHEME = "blocked_scheme"
    REDIRECT_LOOP = "redirect_loop"
    BAD_REDIRECT = "bad_redirect"
    TOO_LARGE = "too_large"
    BAD_ENCODING = "bad_encoding"
    BAD_RESPONSE = "bad_response"
    HTTP_4XX = "http_4xx"
    HTTP_5XX = "http_5xx"
    GONE = "gone"
    THROTTLED = "throttled"
    BLOCKED_BY_SITE = "blocked_by_site"
    EMPTY_BODY = "empty_body"
    NOT_A_FEED = "not_a_feed"
    PARSE_ERROR = "parse_error"
    PARSE_TIMEOUT = "parse_timeout"
    PARSE_MEMORY = "parse_memory"
    NO_ENTRIES = "no_entries"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of one poll as far as the schedule cares.

    `new` counts new and updated entries. `retry_after` is what the server asked for, `fresh_for` how long it says the
    answer holds (max-age or Expires), `timetable` what the feed itself says where it was read. `ours` says that the
    failure is our own network's, not the feed's.
    """

    kind: OutcomeKind
    new: int = 0
    error: ErrorKind | None = None
    http_status: int | None = None
    retry_after: timedelta | None = None
    fresh_for: timedelta | None = None
    timetable: Timetable | None = None
    ours: bool = False
