"""Blocks: which mentions may be of one event at all. The key of news.mentions, known to both stages beside it."""

from __future__ import annotations

from zlib import crc32

from schemas.event import Mention

# CAMEO 057, "sign formal agreement", stands under SUPPORT in PLOVER: reports of one signing differ in type.
SIGNED = "057"
# Mentions without a country share few blocks, so that these are cleared of old mentions like all others.
COUNTRYLESS_BLOCKS = 64
PAIR = 2


def family(mention: Mention) -> str:
    """The type family of a mention: its PLOVER type, save that a signed agreement is one whatever its type."""
    if mention.event_type == "SUPPORT" and (mention.cameo_code or "").startswith(SIGNED):
        return "AGREE"
    return mention.event_type


def countries(mention: Mention) -> tuple[str, ...]:
    """The countries of both sides, sorted, each once."""
    return tuple(sorted({actor.country for actor in (*mention.actors, *mention.recipients) if actor.country}))


def _acting(mention: Mention) -> frozenset[str]:
    """The countries that act, where others are acted on."""
    sides = [frozenset(a.country for a in side if a.country) for side in (mention.actors, mention.recipients)]
    return sides[0] if sides[1] and not mention.reciprocal and mention.event_type != "CONSULT" else sides[0] | sides[1]


def block_key(mention: Mention) -> str:
    """The block of a mention, such as `CONSULT:PAK,RUS`.

    Of three countries and more, reports leave some out: they share the block of the first that acts, `CONSULT:CHN,*`.
    Mentions without any country are only ever linked within a story; those of a story share a block, `PROTEST:~17`.
    """
    known = countries(mention)
    if len(known) > PAIR:
        return f"{family(mention)}:{min(_acting(mention) or known)},*"
    story = crc32(mention.story.encode("utf-8", "surrogatepass")) % COUNTRYLESS_BLOCKS
    return f"{family(mention)}:{','.join(known) if known else f'~{story}'}"
