"""The site an article belongs to: the registrable domain of its address. One rule for keys, guards and counts."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from tldextract import ExtractResult, TLDExtract

_LONGEST = 2000
_SITE = re.compile(r"[\w.-]+")


@cache
def _extract() -> TLDExtract:
    # The list in the package only: no download, no cache folder. Hosts of many sites (blogspot.com) are suffixes.
    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


# A stage asks for the same address a few times in a row.
@lru_cache(maxsize=64)
def _parts(url: str) -> ExtractResult | None:
    """Take an address apart; None where it is none."""
    if not url or len(url) > _LONGEST or not url.isprintable():
        return None
    try:
        return _extract()(url)
    except ValueError:
        return None


def site_of(url: str | None) -> str | None:
    """Return the registrable domain of an address, its host where it has none, None without one."""
    parts = _parts(url or "")
    if parts is None:
        return None
    # Of a domain that the list does not know the last label is the suffix (publicsuffix.org, the rule `*`).
    host = ".".join(f"{parts.subdomain}.{parts.domain}".strip(".").split(".")[-2:])
    site = (parts.top_domain_under_public_suffix or parts.ipv4 or host or parts.suffix).lower()
    return site if _SITE.fullmatch(site) else None


def suffix_of(url: str | None) -> str | None:
    """Return the last label of an address's public suffix (`pk` of dawn.com.pk)."""
    parts = _parts(url or "")
    return (parts.suffix.rpartition(".")[2].lower() or None) if parts else None
