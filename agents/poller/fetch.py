"""One conditional GET of a feed: redirects followed by us, every connection through the guard, everything capped."""

from __future__ import annotations

import asyncio
import importlib.util
import ssl
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import TYPE_CHECKING, Self
from urllib.parse import urljoin, urlsplit

import aiohttp

from agents.poller.connection import Connector
from agents.poller.guard import BLOCKED, refusal, socket_factory
from pipeline.feeds.conditional import Validators, request_headers
from pipeline.feeds.outcome import ErrorKind

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from datetime import datetime

    from agents.poller.hosts import Hosts
    from pipeline.feeds.catalog import PollerSpec

MOST_REDIRECTS = 5
LARGEST_BODY = 10 * 1024 * 1024
TOTAL_TIMEOUT = 30.0
CONNECT_TIMEOUT = 10.0
# A host is asked again in minutes, or in a second where it has several feeds.
KEEP_ALIVE = 3.0
LONGEST_HEADER = 8190
_CHUNK = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
# What aiohttp decodes; anything else it hands on as it came.
_ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate", "br"})
_BROTLI = any(importlib.util.find_spec(name) for name in ("brotli", "brotlicffi"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchResult:
    """An answer, or why there is none.

    `headers` have lower-case names; of a header given twice the first counts. `permanent_url` is where a chain of
    only permanent redirects ended. `complete` is False where the connection broke off within the body. `silent_until`
    is set where no request was made because its host asked to be left alone until then.
    """

    final_url: str
    status: int | None = None
    permanent_url: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    charset: str | None = None
    complete: bool = True
    error: ErrorKind | None = None
    message: str = ""
    silent_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Private:
    """Headers of the operator's for one feed, which may hold secrets: no other origin than `home`'s gets them."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    home: str = ""

    def of(self, url: str) -> dict[str, str]:
        """Return the headers for a request to `url`."""
        return dict(self.headers) if self.headers and _origin(url) == _origin(self.home) else {}


class _SilentError(Exception):
    def __init__(self, url: str, until: datetime) -> None:
        super().__init__(f"the host of {url[:200]} asked to be left alone")
        self.url = url
        self.until = until


class _FetchError(Exception):
    def __init__(self, kind: ErrorKind, message: str = "") -> None:
        super().__init__(message or kind.value)
        self.kind = kind


class Fetcher:
    """A client for feeds; use it as an asynchronous context manager. Keeps no cookies and reads no proxy settings."""

    def __init__(
        self,
        spec: PollerSpec,
        hosts: Hosts | None = None,
        *,
        timeout: float = TOTAL_TIMEOUT,
        largest: int = LARGEST_BODY,
        accept: str = _ACCEPT,
    ) -> None:
        """Read at most `largest` bytes, after decompression, in `timeout` seconds, redirects included.

        Every request, that of a redirect too, waits for its turn at its host; that time is not counted.
        """
        self._spec = spec
        self._hosts = hosts
        self._timeout = timeout
        self._accept = accept
        self._largest = largest
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Open the client."""
        connector = Connector(
            socket_factory=socket_factory(allow_private=self._spec.allow_private),
            limit=self._spec.requests,
            ttl_dns_cache=60,
            keepalive_timeout=KEEP_ALIVE,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT),
            headers={
                "User-Agent": self._spec.user_agent,
                "Accept": self._accept,
                "Accept-Encoding": "gzip, deflate, br" if _BROTLI else "gzip, deflate",
            },
            max_line_size=LONGEST_HEADER,
            max_field_size=LONGEST_HEADER,
        )
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Close the client."""
        if self._session:
            await self._session.close()

    async def fetch(
        self, url: str, validators: Validators | None = None, private: Private | None = None
    ) -> FetchResult:
        """Get a feed; whatever goes wrong is in the result, nothing is raised."""
        place = FetchResult(final_url=url)
        try:
            return await self._follow(url, request_headers(validators or Validators()), private or Private())
        except _SilentError as error:
            return replace(place, final_url=error.url, silent_until=error.until, message=str(error))
        except _FetchError as error:
            return replace(place, error=error.kind, message=str(error))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return replace(place, error=_kind(error), message=f"{type(error).__name__}: {error}"[:300])

    async def _follow(self, url: str, headers: dict[str, str], private: Private) -> FetchResult:
        permanent, left = True, self._timeout
        for hop in range(MOST_REDIRECTS + 1):
            refused = refusal(url, allow_private=self._spec.allow_private)
            if refused:
                raise _FetchError(refused, f"{refused.value}: {url[:200]}")
            async with self._place(url):
                start = monotonic()
                async with asyncio.timeout(max(0.0, left)):
                    result, location = await self._get(url, headers | private.of(url))
                left -= monotonic() - start
            if location is None:
                return replace(result, permanent_url=url if hop and permanent else None)
            permanent = permanent and result.status in _PERMANENT
            url = location
        raise _FetchError(ErrorKind.REDIRECT_LOOP, f"more than {MOST_REDIRECTS} redirects")

    @asynccontextmanager
    async def _place(self, url: str) -> AsyncIterator[None]:
        """Hold a place at the host of `url`, unless it asked to be left alone."""
        if self._hosts is None:
            yield
            return
        async with self._hosts.slot(url):
            until = self._hosts.silent_until(url)
            if until is not None:
                raise _SilentError(url, until)
            yield

    async def _get(self, url: str, headers: dict[str, str]) -> tuple[FetchResult, str | None]:
        """Make one request; returns the answer and, for a redirect, where to."""
        assert self._session is not None
        async with self._session.get(url, headers=headers, allow_redirects=False) as response:
            found = FetchResult(
                final_url=url,
                status=response.status,
                headers={name.lower(): value for name, value in reversed(list(response.headers.items()))},
                charset=response.charset,
            )
            if response.status in _REDIRECTS:
                return found, _location(url, response.headers.get("Location"))
            if response.status not in {200, 226}:
                return found, None
            if response.status == 226 and "feed" not in found.headers.get("im", "feed").lower():
                raise _FetchError(ErrorKind.BAD_RESPONSE, "a delta of a kind that was not asked for")
            if response.headers.get("Content-Encoding", "").strip().lower() not in _ENCODINGS:
                raise _FetchError(ErrorKind.BAD_ENCODING, "a content encoding that was not asked for")
            body, complete = await self._read(response)
            return replace(found, body=body, complete=complete), None

    async def _read(self, response: aiohttp.ClientResponse) -> tuple[bytes, bool]:
        """Read a body; what arrived before the connection broke is kept, a body that cannot be decoded is not."""
        body = bytearray()
        try:
            async for chunk in response.content.iter_chunked(_CHUNK):
                body += chunk
                if len(body) > self._largest:
                    response.close()
                    raise _FetchError(ErrorKind.TOO_LARGE, f"more than {self._largest} bytes")
        except aiohttp.ClientPayloadError as error:
            if _kind(error) is ErrorKind.BAD_ENCODING or not body:
                raise
            return bytes(body), False
        return bytes(body), True


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname or "", parts.port or usual


def _location(url: str, location: str | None) -> str:
    if not location or not location.isprintable():
        raise _FetchError(ErrorKind.BAD_REDIRECT, "a redirect without a usable address")
    try:
        return urljoin(url, location.strip())
    except ValueError as error:
        raise _FetchError(ErrorKind.BAD_REDIRECT, str(error)) from error


def _kind(error: BaseException) -> ErrorKind:  # noqa: PLR0911 - a table of cases in order
    if BLOCKED in str(error):
        return ErrorKind.BLOCKED_ADDRESS
    if isinstance(error, TimeoutError):
        return ErrorKind.TIMEOUT
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return ErrorKind.DNS
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError | ssl.CertificateError):
        return ErrorKind.TLS
    if isinstance(error, aiohttp.ClientConnectorError):
        return ErrorKind.CONNECT
    if isinstance(error, aiohttp.ContentTypeError | aiohttp.ClientPayloadError) and _is_encoding(error):
        return ErrorKind.BAD_ENCODING
    if isinstance(error, aiohttp.InvalidURL):
        return ErrorKind.BAD_REDIRECT
    if isinstance(error, aiohttp.ClientError | ValueError):
        return ErrorKind.BAD_RESPONSE
    return ErrorKind.CONNECT


def _is_encoding(error: BaseException) -> bool:
    cause = error.__cause__ or error.__context__
    return "content-encoding" in f"{error} {cause!r}".lower() or "ContentEncodingError" in repr(cause)
