"""Who may read the page: the Host header, the token and its cookie, and what every answer tells the browser."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections import deque
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

COOKIE = "khabar"
COOKIE_SECONDS = 30 * 24 * 3600
FAILURES, FAILURE_SECONDS = 10, 60.0
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Server": "khabar",
}


@dataclass(slots=True)
class Access:
    """The rules of one server: names it answers to, and the token it asks for (None: whoever reaches it may read)."""

    token: str | None = None
    hosts: frozenset[str] = frozenset()
    _failed: deque[float] = field(default_factory=deque)

    def knows_host(self, header: str | None) -> bool:
        """Say whether a Host header names this server.

        A name that is not ours may be a page elsewhere that had its name resolved to this address (DNS rebinding); an
        address cannot be resolved to another.
        """
        name = _host_name(header or "")
        return name == "localhost" or name in self.hosts or _is_address(name)

    def admits(self, headers: Mapping[str, str], cookies: Mapping[str, str]) -> bool:
        """Say whether a request may read: by its cookie, or by `Authorization: Bearer TOKEN` for programs."""
        if self.token is None:
            return True
        scheme, _, given = headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and given:
            return self.is_token(given)
        return _same(cookies.get(COOKIE, ""), self.cookie())

    def is_token(self, given: str) -> bool:
        """Compare in constant time; after ten wrong tokens in a minute every token is wrong."""
        now = time.monotonic()
        while self._failed and now - self._failed[0] > FAILURE_SECONDS:
            self._failed.popleft()
        if self.token is None or len(self._failed) >= FAILURES:
            return False
        right = _same(given, self.token)
        if not right:
            self._failed.append(now)
        return right

    def cookie(self) -> str:
        """Return the value of the cookie: it tells nothing of the token."""
        return hmac.new((self.token or "").encode(), b"khabar web", hashlib.sha256).hexdigest()


def is_loopback(host: str) -> bool:
    """Say whether an address to listen on is reached from this machine only."""
    return host == "localhost" or (_is_address(host) and ip_address(host).is_loopback)


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def _host_name(header: str) -> str:
    """Return the host of a Host header without its port."""
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.partition(":")[0].lower().rstrip(".")


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
