"""A piece of text as tokens with everything the lexicon knows of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from pipeline.events.dating import Dating
from pipeline.events.lexicon import LAYERS
from pipeline.events.shortened import forget_doubtful
from pipeline.text.characters import WORD
from pipeline.text.sentences import sentences
from pipeline.text.tokens import iter_tokens, token_texts

if TYPE_CHECKING:
    from pipeline.events.clitics import Clitics
    from pipeline.events.lexicon import Lexicon
    from pipeline.events.suffixes import Suffixes
    from pipeline.events.unspaced import Unspaced
    from pipeline.text.normalise import Normalised
    from pipeline.text.tokens import Token

BREAK = "\n"
SPACE = " "
# Longer sentences are no prose; they are cut so that work stays linear.
LONGEST_SENTENCE = 240
REGIONS = "regions"
PLACING = ("country", "demonym", "place")
NAMING = ("country", "demonym", "organisation", "role", "holder", "place")
REFERRING = frozenset({
    "pairs", "counterpart", "own_country", "first_person", "first_person_agent", "third_person", "third_person_agent",
})  # fmt: skip
Hit = tuple[int, tuple[Any, ...]]


@dataclass(slots=True)
class Chart:
    """Tokens of a piece, its sentences as token ranges, and by layer the longest hit at each token: (end, payloads).

    `starts` are the tokens at which a name, an office, a body, a place or a pronoun of the lexicon begins, `read` the
    sentences as offsets in the piece.
    """

    piece: Normalised
    segment: int
    kind: str
    texts: list[str]
    folded: list[str]
    sentences: list[tuple[int, int]]
    hits: dict[str, dict[int, Hit]]
    dating: Dating = field(default_factory=Dating)
    starts: frozenset[int] = frozenset()
    read: tuple[tuple[int, int], ...] = ()
    made: list[Token] | None = None
    suffixes: Suffixes | Clitics | None = None
    unspaced: Unspaced | None = None

    @property
    def tokens(self) -> list[Token]:
        """The tokens with their offsets in the piece, made when first asked for: few pieces tell of an event."""
        if self.made is None:
            tokens = self.unspaced.tokens if self.unspaced is not None else iter_tokens
            self.made = [one for start, end in self.read for one in tokens(self.piece.text, start, end)]
            if self.suffixes is not None:
                self.made = [part for one in self.made for part in self.suffixes.parts(one)]
        return self.made

    def is_word(self, i: int) -> bool:
        """Whether the token at i is a word, no number and no punctuation."""
        return 0 <= i < len(self.texts) and WORD.match(self.texts[i]) is not None

    def word(self, i: int) -> str:
        """The token at i as compared, empty beyond the end."""
        return self.folded[i] if 0 <= i < len(self.folded) else ""

    def hit(self, layer: str, i: int) -> Hit | None:
        """The longest hit of a layer that begins at token i."""
        return self.hits[layer].get(i)

    def has(self, layer: str, i: int, name: str) -> int:
        """The end of the hit at i if it carries the payload `name`, else 0."""
        found = self.hits[layer].get(i)
        return found[0] if found and name in found[1] else 0

    def within(self, layer: str, name: str, start: int, end: int) -> int | None:
        """The first token in [start, end) where a hit of the layer carries the payload."""
        table = self.hits[layer]
        for i in range(start, end):
            if i in table and name in table[i][1]:
                return i
        return None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets into the article as received of tokens [start, end)."""
        return self.piece.span(self.tokens[start].start, self.tokens[end - 1].end)

    def text(self, start: int, end: int) -> str:
        """The normalised text of tokens [start, end)."""
        return self.piece.text[self.tokens[start].start : self.tokens[end - 1].end]


def chart(piece: Normalised, segment: int, kind: str, known: Lexicon) -> Chart:
    """Tokenise a piece and look up every phrase in it."""
    texts: list[str] = []
    ranges: list[tuple[int, int]] = []
    read = tuple(sentences(piece.text))
    if known.unspaced is not None and kind == "title":
        read = tuple(known.unspaced.sentences(piece.text, read))
    split = known.unspaced.texts if known.unspaced is not None else token_texts
    for start, end in read:
        first = len(texts)
        found = split(piece.text, start, end)
        texts += found if known.suffixes is None else known.suffixes.split(found)
        cuts = range(first, len(texts), LONGEST_SENTENCE)
        ranges.extend((cut, min(cut + LONGEST_SENTENCE, len(texts))) for cut in cuts)
    fold = known.grammar.fold
    # No token holds white space: all are folded at once.
    joined = SPACE.join(texts).lower().translate(fold)
    folded = joined.split(SPACE) if joined else []
    hits = _look_up(folded, ranges, known)
    _forget_regions(hits)
    if known.unspaced is not None:
        forget_doubtful(hits, folded, title=kind == "title")
    starts = frozenset().union(*(hits[layer] for layer in NAMING)) | {
        i for i, hit in hits["word"].items() if not REFERRING.isdisjoint(hit[1])
    }
    return Chart(
        piece, segment, kind, texts, folded, ranges, hits, known.dating, starts, read,
        suffixes=known.suffixes, unspaced=known.unspaced,
    )  # fmt: skip


def _forget_regions(hits: dict[str, dict[int, Hit]]) -> None:
    """Forget the states and places in the names of what is neither: "Latin AMERICA", "Gulf of MEXICO"."""
    for start, (end, names) in hits["word"].items():
        if REGIONS in names:
            for layer in PLACING:
                for i in range(start, end):
                    hits[layer].pop(i, None)


def _look_up(folded: list[str], ranges: list[tuple[int, int]], known: Lexicon) -> dict[str, dict[int, Hit]]:
    """Match the lexicon on the joined tokens; sentences are kept apart by a break no phrase contains."""
    parts: list[str] = []
    numbers: list[int] = []
    for start, end in ranges:
        parts += folded[start:end]
        parts.append(BREAK)
        numbers += range(start, end)
        numbers.append(-1)
    # A hit begins with the space before its first token.
    at = dict(zip(accumulate([len(part) + 1 for part in parts], initial=0), numbers, strict=False))
    joined = f"{SPACE}{SPACE.join(parts)}{SPACE}"
    hits: dict[str, dict[int, Hit]] = {layer: {} for layer in LAYERS}
    by_number = [hits[layer] for layer in LAYERS]
    for phrase, start, _ in known.hits(joined):
        first = at.get(start)
        if first is None:
            continue
        end = first + known.lengths[phrase]
        for layer, payloads in known.entries[phrase]:
            table = by_number[layer]
            old = table.get(first)
            if old is None or old[0] < end:
                table[first] = (end, payloads)
    return hits
