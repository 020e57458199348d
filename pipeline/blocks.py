"""Blocks: which mentions may be of one event at all. The key of news.mentions, known to both stages beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.event import Mention

# CAMEO 057, "sign formal agreement", stands under SUPPORT in PLOVER: reports of one signing differ in type.
SIGNED = "057"


def family(mention: Mention) -> str:
    """The type family of a mention: its PLOVER type, save that a signed agreement is one whatever its type."""
    if mention.event_type == "SUPPORT" and (mention.cameo_code or "").startswith(SIGNED):
        return "AGREE"
    return mention.event_type


def countries(mention: Mention) -> tuple[str, ...]:
    """The countries of both sides, sorted, each once."""
    return tuple(sorted({actor.country for actor in (*mention.actors, *mention.recipients) if actor.country}))


def block_key(mention: Mention) -> str:
    """The block of a mention, such as `CONSULT:PAK,RUS`.

    A mention without any country can only be of one event with others of its own story: `PROTEST:~<story>`.
    """
    known = countries(mention)
    return f"{family(mention)}:{','.join(known) if known else f'~{mention.story}'}"
