"""Two articles side by side: how much of each is in the other, and whether that makes them copies.

Similar text is mostly no copy: block pages, consent walls, footers and templates filled again are alike too. What is
told apart here was read by hand in some thousand similar pairs; the thresholds are from there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Indel

from pipeline.clock import HOUR
from pipeline.dedup.edges import edges
from pipeline.dedup.novelty import nothing_new, numbers_replaced
from pipeline.dedup.postings import Flags, Hashes
from pipeline.dedup.state import SKETCH_KEPT, WINDOW_HOURS, Seen
from pipeline.dedup.wording import Folded, Wording, expanded, head_share
from pipeline.lazy import lazy
from pipeline.text.sketch import AT_LEAST, COMPLETE_BELOW
from schemas.article import Article

COPY, SITE_COPY, PASSAGE = 0.6, 0.8, 0.2
HEAD, SITE_HEAD, ANY_HEAD = 0.35, 0.5, 0.1
LEAST_LETTERS, LEAST_DENSE_LETTERS, LEAST_SHORT_LETTERS = 400, 160, 30
SHORT_COPY, SHORT_HEAD, LEAST_PART = 0.9, 0.8, 0.375
SAME_TITLE, RESENT = 0.97, 0.95
LAST_HASH = (1 << 32) - 1
UNKNOWN_SITE = "unknown"
SAME_DAY, OTHER_DAY = 24 * HOUR, 18 * HOUR


@dataclass(frozen=True, slots=True)
class Overlap:
    """Shares of the new text in the old and of the old in the new, and Jaccard.

    Letters are those of the folded text that are no boilerplate.
    """

    of_new: float = 0.0
    of_old: float = 0.0
    jaccard: float = 0.0
    new_letters: float = 0.0
    old_letters: float = 0.0

    @property
    def containment(self) -> float:
        """The larger share."""
        return max(self.of_new, self.of_old)

    @property
    def letters(self) -> float:
        """Letters of the text that the other contains."""
        return self.new_letters if self.of_new >= self.of_old else self.old_letters


def overlap(new: Seen, old: Seen, repeated: Hashes) -> Overlap:
    """Compare two sketches without the `repeated` hashes, as far as both are complete."""
    own, others = new.hashes, old.hashes
    ours, theirs = (own[~_held(own, repeated)], others[~_held(others, repeated)]) if len(repeated) else (own, others)
    new_letters = new.letters * len(ours) / max(1, len(own))
    old_letters = old.letters * len(theirs) / max(1, len(others))
    reach = min(_complete_to(own), _complete_to(others))
    a, b = _up_to(ours, reach), _up_to(theirs, reach)
    shared = int(np.count_nonzero(_held(ours[:a], theirs[:b])))
    if shared < 2:
        return Overlap(new_letters=new_letters, old_letters=old_letters)
    return Overlap(shared / a, shared / b, shared / (a + b - shared), new_letters, old_letters)


def _held(hashes: Hashes, by: Hashes) -> Flags:
    """Say of every hash whether it is in another sketch; both are in order."""
    if not len(by):
        return np.zeros(len(hashes), dtype=np.bool_)
    held: Flags = by.take(by.searchsorted(hashes), mode="clip") == hashes
    return held


def _up_to(hashes: Hashes, reach: int) -> int:
    """Return how many hashes are no larger than `reach`, mostly all."""
    return int(hashes.searchsorted(np.uint32(reach), "right")) if len(hashes) and hashes[-1] > reach else len(hashes)


def _complete_to(hashes: Hashes) -> int:
    """Return the value up to which a sketch holds every hash of its text."""
    if len(hashes) < AT_LEAST:
        return LAST_HASH
    last = int(hashes[-1])
    return last if len(hashes) >= SKETCH_KEPT else max(last, COMPLETE_BELOW - 1)


@dataclass(frozen=True)
class Pair:
    """A new article beside an older one."""

    article: Article
    new: Seen
    old: Seen
    folded: Folded
    overlap: Overlap

    @property
    def wording(self) -> Wording:
        """The words of the new article."""
        return self.folded.wording

    @lazy
    def old_wording(self) -> Wording:
        """The words of the older article."""
        return expanded(self.old.wording) if self.old.wording else Wording("", "", whole=False)

    @lazy
    def says_nothing_new(self) -> bool:
        """Whether the older article says everything the new one says."""
        if self.wording == self.old_wording:
            return self.wording.whole
        if self.old.lasting:
            return self.old.latest.text_sha256 == self.article.text_sha256
        return nothing_new(self.wording, self.old_wording, edges(self.article))

    @lazy
    def head_of_new(self) -> float:
        """How much of the head of the new text is in the old one."""
        return head_share(self.wording, self.old_wording)

    @lazy
    def head_of_old(self) -> float:
        """How much of the head of the old text is in the new one."""
        return head_share(self.old_wording, self.wording)

    def has_a_head(self, least: float) -> bool:
        """Whether so much of the head of either text is in the other."""
        return self.head_of_new >= least or self.head_of_old >= least

    def has_both_heads(self, least: float) -> bool:
        """Whether so much of the heads of both texts is in the other."""
        return self.head_of_new >= least and self.head_of_old >= least

    @property
    def same_site(self) -> bool:
        """Whether one site carried both, as far as is known."""
        return self.new.site == self.old.site != UNKNOWN_SITE

    @property
    def same_url(self) -> bool:
        """Whether both have one address."""
        return bool(self.new.canonical_url) and self.new.canonical_url == self.old.canonical_url

    @property
    def apart(self) -> int | None:
        """Seconds between both, None where either time is unknown."""
        return None if self.new.time is None or self.old.time is None else abs(self.new.time - self.old.time)

    @property
    def in_window(self) -> bool:
        """Whether they are close enough in time to be copies."""
        return (self.apart or 0) <= WINDOW_HOURS * HOUR

    @property
    def is_same_words(self) -> bool:
        """Whether headline and text are the same but for spacing, case and punctuation."""
        if self.old.lasting:
            return self.new.text_key == self.old.text_key
        return self.wording.letters == self.old_wording.letters

    @lazy
    def is_copy(self) -> bool:
        """Whether either text is the other or a part of it."""
        if not self.in_window or self.overlap.containment < COPY:
            return self.is_same_short or self._is_short_lead
        if self.overlap.letters < LEAST_LETTERS and self.overlap.letters < self._least_letters:
            return self.is_same_short or self._is_short_part or self._is_short_lead
        alike = self._is_copy_of_site if self.same_site else self.has_a_head(HEAD) and not self._is_any_page
        return alike and not self._is_template

    @property
    def is_twin(self) -> bool:
        """Whether each text is most of the other, and not the one a part of the other."""
        return self.is_same_words or min(self.overlap.of_new, self.overlap.of_old) >= COPY

    @property
    def is_one_story(self) -> bool:
        """Whether copies are also one article, as groups demand.

        A collection that holds a text under a headline and a beginning of its own is another article.
        """
        if self.is_twin or self.has_both_heads(HEAD) or not (self.wording.title_line and self.old_wording.title_line):
            return True
        return self._title_share >= SITE_HEAD

    @property
    def is_same_short(self) -> bool:
        """Whether both are one short item, sent by two sites or twice by a wire service on a day."""
        close = self.apart is None or self.apart <= SAME_DAY
        elsewhere = not self.same_site or self._no_urls
        return close and elsewhere and len(self.wording.letters) >= LEAST_SHORT_LETTERS and self.is_same_words

    @property
    def is_same_page(self) -> bool:
        """Whether two texts of one address are states of one page, and not items under the address of their feed."""
        return (
            self.old.lasting
            or self.overlap.containment >= PASSAGE
            or self.has_a_head(HEAD)
            or self.wording == self.old_wording
        )

    @property
    def is_later(self) -> bool | None:
        """Whether the new one was published after the old one, None where that is not known to the hour."""
        if self.new.published is None or self.old.published is None:
            return None
        return self.new.published != self.old.published

    @property
    def _no_urls(self) -> bool:
        return not self.new.canonical_url and not self.old.canonical_url

    @property
    def _other_urls(self) -> bool:
        return bool(self.new.canonical_url and self.old.canonical_url) and not self.same_url

    @property
    def _is_copy_of_site(self) -> bool:
        """Within a site only a wire service sends a text twice; two pages that are alike are mostly furniture."""
        amount = self.overlap
        if amount.containment < SITE_COPY and not (self._no_urls and self.is_later is not None):
            return False
        # The letters a wire service puts before a text it sends again may fill the head of one of both.
        resent = self._no_urls and min(amount.of_new, amount.of_old) >= RESENT
        headed = self.has_a_head(SITE_HEAD) if resent else self.has_both_heads(SITE_HEAD)
        return headed and (not self._other_urls or self._same_title)

    @property
    def _is_any_page(self) -> bool:
        """Whether neither of two headlines has to do with the text, as where sites show one block or consent page."""
        one, other = self.wording, self.old_wording
        if not one.title_line or not other.title_line or one.is_dense or self._title_share >= SITE_HEAD:
            return False
        pairs = ((one.title_line, other.body_line), (other.title_line, one.body_line))
        return max(head_share(Wording(title, ""), Wording("", body)) for title, body in pairs) < ANY_HEAD

    @property
    def _title_share(self) -> float:
        one, other = self.wording.title_letters, self.old_wording.title_letters
        return Indel.normalized_similarity(one, other)

    @property
    def _same_title(self) -> bool:
        return self._title_share >= SAME_TITLE

    @property
    def _least_letters(self) -> int:
        return LEAST_DENSE_LETTERS if self.wording.is_dense else LEAST_LETTERS

    @property
    def _is_short_part(self) -> bool:
        """Whether a short item is the lead of a longer one, or was sent again by a wire service on one day."""
        if self.overlap.containment < SHORT_COPY or self.overlap.letters < LEAST_PART * self._least_letters:
            return False
        if not self.same_site:
            return self.has_both_heads(SHORT_HEAD) and not self._is_template
        return self._no_urls and self.apart is not None and self.apart <= SAME_DAY and self.has_a_head(SHORT_HEAD)

    @property
    def _is_short_lead(self) -> bool:
        """Whether a short item is the lead of another paper's article, letter by letter; a sketch says little of it."""
        if not self.in_window or self.overlap.containment < PASSAGE or self.overlap.letters >= self._least_letters:
            return False
        return not self.same_site and self.has_both_heads(SHORT_HEAD) and self.says_nothing_new

    @property
    def _is_template(self) -> bool:
        """Whether both are one form filled twice: other numbers in it, on another day or under another headline."""
        one, other = self.wording.title_numbers, self.old_wording.title_numbers
        other_day = self.apart is not None and self.apart >= OTHER_DAY
        may_be = other_day or (self.same_site and self._other_urls) or bool(one - other and other - one)
        return may_be and numbers_replaced(self.wording, self.old_wording)
