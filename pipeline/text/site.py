"""The site an article belongs to: the registrable domain of its address. One rule for keys, guards and counts."""

from __future__ import annotations

import re
from functools import cache

from tldextract import TLDExtract

_LONGEST = 2000
_SITE = re.compile(r"[\w.-]+")


@cache
def _extract() -> TLDExtract:
    # The list in the package only: no download, no cache folder. Hosts of many sites (blogspot.com) are suffixes.
    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def site_of(url: str | None) -> str | None:
    """Return the registrable domain of an address, its host where it has none, None without one."""
    if not url or len(url) > _LONGEST or not url.isprintable():
        return None
    try:
        parts = _extract()(url)
    except ValueError:
        return None
    # Of a domain that the list does not know the last label is the suffix (publicsuffix.org, the rule `*`).
    host = ".".join(f"{parts.subdomain}.{parts.domain}".strip(".").split(".")[-2:])
    site = (parts.top_domain_under_public_suffix or parts.ipv4 or host or parts.suffix).lower()
    return site if _SITE.fullmatch(site) else None


def suffix_of(url: str | None) -> str | None:
    """Return the last label of an address's public suffix (`pk` of dawn.com.pk)."""
    if not url or len(url) > _LONGEST or not url.isprintable():
        return None
    try:
        return _extract()(url).suffix.rpartition(".")[2].lower() or None
    except ValueError:
        return None
