"""What is wrong with a feed, in words."""

from __future__ import annotations

from pipeline.feeds.outcome import ErrorKind

IN_WORDS: dict[str, str] = {
    ErrorKind.DNS: "the name of its host is not known",
    ErrorKind.CONNECT: "its host cannot be reached",
    ErrorKind.TLS: "its host has no valid certificate",
    ErrorKind.TIMEOUT: "its host does not answer in time",
    ErrorKind.BLOCKED_ADDRESS: "its address is not of the public internet (allow_private)",
    ErrorKind.BLOCKED_SCHEME: "it leads to something else than http or https",
    ErrorKind.REDIRECT_LOOP: "it is redirected again and again",
    ErrorKind.BAD_REDIRECT: "it is redirected to no usable address",
    ErrorKind.TOO_LARGE: "the answer is too large",
    ErrorKind.BAD_ENCODING: "the answer cannot be decompressed",
    ErrorKind.BAD_RESPONSE: "the answer is no HTTP",
    ErrorKind.HTTP_4XX: "its host refuses it",
    ErrorKind.HTTP_5XX: "its host has a fault",
    ErrorKind.GONE: "its host says it is gone for good",
    ErrorKind.THROTTLED: "its host asked to be left alone",
    ErrorKind.BLOCKED_BY_SITE: "its host lets no programs in",
    ErrorKind.EMPTY_BODY: "the answer is empty",
    ErrorKind.NOT_A_FEED: "the answer is no feed",
    ErrorKind.PARSE_ERROR: "the document cannot be read",
    ErrorKind.PARSE_TIMEOUT: "reading the document takes too long",
    ErrorKind.PARSE_MEMORY: "reading the document takes too much memory",
    ErrorKind.NO_ENTRIES: "the feed has no items",
}


def in_words(error: str | None, message: str | None = None) -> str:
    """Say what is wrong, with what the poller noted of it; nothing where nothing is."""
    if not error:
        return ""
    said = IN_WORDS.get(error, error)
    return f"{said}: {message}" if message and message != error else said
