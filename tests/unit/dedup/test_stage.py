import random
import unicodedata
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dedup.memory import Memory
from pipeline.dedup.stage import SPEC, judge
from pipeline.dedup.state import Seen
from pipeline.stage import Emit, Put
from schemas import codec
from tests.unit.dedup.articles import Stream, article
from tests.unit.dedup.texts import BLOCKED, BY_LANGUAGE, CONSENT, ENGLISH, GOLD, OTHER, TITLES

LANGUAGES = sorted(BY_LANGUAGE)


def verdict_after(first, second):
    stream = Stream()
    stream.feed(first)
    return stream.feed(second)


def wrapped(text):
    return f"{OTHER} {BLOCKED} {text} {CONSENT} {OTHER[::-1]}"


@pytest.mark.parametrize("language", LANGUAGES)
class TestACopyInAnotherPaper:
    def verdict(self, language, text, title=None):
        first = article("a", BY_LANGUAGE[language], TITLES[language], source="One")
        return verdict_after(first, article("b", text, title or TITLES[language], source="Two"))

    def test_word_for_word_is_a_copy_that_says_nothing_new(self, language):
        found = self.verdict(language, BY_LANGUAGE[language])
        assert (found.verdict, found.relation, found.of, found.group) == ("duplicate", "copy", "a", "a")
        assert (found.similarity, found.containment, found.nothing_new) == (1.0, 1.0, True)
        assert found.carriers == ("One", "Two")

    def test_with_the_agency_before_it_says_nothing_new(self, language):
        found = self.verdict(language, f"BELMORA (Northern Press) - {BY_LANGUAGE[language]}")
        assert (found.verdict, found.relation, found.nothing_new) == ("duplicate", "copy", True)

    @pytest.mark.parametrize("form", ["NFC", "NFD", "NFKD"])
    def test_in_another_normal_form_is_the_same(self, language, form):
        found = self.verdict(language, unicodedata.normalize(form, BY_LANGUAGE[language]))
        assert (found.verdict, found.similarity, found.nothing_new) == ("duplicate", 1.0, True)

    def test_with_zero_width_characters_is_the_same(self, language):
        found = self.verdict(language, BY_LANGUAGE[language].replace(" ", " \u200f").replace("e", "e\u200b"))
        assert (found.verdict, found.similarity, found.nothing_new) == ("duplicate", 1.0, True)

    def test_with_spaces_lost_is_the_same(self, language):
        words = BY_LANGUAGE[language].split(" ")
        text = "".join(word + ("" if place % 4 == 0 else " ") for place, word in enumerate(words))
        assert self.verdict(language, text).verdict == "duplicate"

    def test_cut_short_is_contained(self, language):
        text = BY_LANGUAGE[language] + " " + BY_LANGUAGE["Hindi" if language != "Hindi" else "Urdu"]
        first = article("a", text, TITLES[language], source="One")
        found = verdict_after(first, article("b", text[: len(text) * 2 // 5], TITLES[language], source="Two"))
        assert (found.verdict, found.relation, found.of, found.nothing_new) == ("contained", "contained_in", "a", True)

    def test_inside_a_longer_one_is_contained_by_it(self, language):
        found = self.verdict(language, wrapped(BY_LANGUAGE[language]))
        assert (found.verdict, found.relation, found.of, found.nothing_new) == ("contained", "contains", "a", False)

    def test_under_another_headline_is_found_and_extracted(self, language):
        title = {"English": "Water by tanker", "Urdu": "پانی ٹینکروں سے", "Hindi": "पानी टैंकरों से"}[language]
        found = self.verdict(language, BY_LANGUAGE[language], title)
        assert (found.verdict, found.of) == ("duplicate", "a")

    @pytest.mark.parametrize("number", ["37", "420"])
    def test_with_one_number_changed_is_extracted(self, language, number):
        found = self.verdict(language, BY_LANGUAGE[language].replace(number, str(int(number) + 1)))
        assert (found.verdict, found.relation, found.nothing_new) == ("duplicate", "altered_copy", False)


def test_the_first_article_is_new():
    found = Stream().feed(article("a", ENGLISH, source="One"))
    assert (found.verdict, found.relation, found.of, found.group) == ("new", "new", None, "a")
    assert (found.nothing_new, found.carriers) == (False, ("One",))


def test_another_story_is_new():
    found = verdict_after(article("a", ENGLISH), article("b", OTHER))
    assert (found.verdict, found.relation, found.group) == ("new", "new", "b")


def test_a_story_with_a_borrowed_passage_shares_text():
    found = verdict_after(article("a", ENGLISH), article("b", OTHER + " " + ENGLISH[:400]))
    assert (found.verdict, found.relation, found.of, found.related) == ("new", "shares_text", None, ("a",))


@pytest.mark.parametrize(
    ("sources", "published"),
    [
        (("https://bazaar.example/1", "https://bazaar.example/2"), ("2024-05-06T08:00:00Z", "2024-05-07T08:00:00Z")),
        (("https://bazaar.example/1", "https://bazaar.example/2"), (None, None)),
        (("https://a.example/1", "https://b.example/1"), ("2024-05-06T08:00:00Z", "2024-05-07T08:00:00Z")),
    ],
)
def test_a_daily_template_with_other_numbers_is_another_article(sources, published):
    one, other = (
        GOLD.format(change=300, price=91200, ten=78190, ounce=2310),
        GOLD.format(change=700, price=91900, ten=78790, ounce=2333),
    )
    first = article("a", one, "Gold price up in Belmora", url=sources[0], published=published[0])
    found = verdict_after(
        first, article("b", other, "Gold price up in Belmora", url=sources[1], published=published[1])
    )
    assert (found.verdict, found.relation, found.of, found.group, found.related) == (
        "new",
        "shares_text",
        None,
        "b",
        ("a",),
    )


@pytest.mark.parametrize("page", [CONSENT, BLOCKED])
def test_a_page_of_the_site_under_many_headlines_makes_no_duplicates(page):
    stream = Stream()
    titles = ["Nine canals to be closed", "A quartet opens the festival", "Harbour gets new crane", "Rain for a week"]
    for place, title in enumerate(titles):
        found = stream.feed(article(f"u{place}", page, title, url=f"https://paper.example/{place}"))
        assert (found.verdict, found.of) == ("new", None)


@pytest.mark.parametrize("page", [CONSENT, BLOCKED])
def test_the_same_page_on_two_sites_makes_no_duplicates(page):
    first = article("a", page, "Nine canals closed until spring", url="https://one.example/1")
    found = verdict_after(first, article("b", page, "Quartet opens festival on island", url="https://two.example/1"))
    assert found.verdict == "new"


def test_a_footer_that_many_articles_share_is_not_compared():
    stream = Stream()
    stories = [ENGLISH, OTHER, BY_LANGUAGE["Urdu"], BY_LANGUAGE["Hindi"], GOLD, ENGLISH[::-1], OTHER[::-1]]
    for place, story in enumerate(stories):
        found = stream.feed(
            article(f"u{place}", f"{story[:450]} {CONSENT} {CONSENT[::-1]}", url=f"https://s{place}.example/1")
        )
        assert found.verdict == "new"


def test_one_address_and_one_text_is_the_same_page():
    first = article("a", ENGLISH, url="https://www.one.example/news/1?utm_source=x")
    found = verdict_after(first, article("b", ENGLISH, url="http://one.example/news/1/"))
    assert (found.verdict, found.relation, found.of, found.nothing_new) == (
        "duplicate",
        "same_url_same_text",
        "a",
        True,
    )


def test_one_address_and_another_text_is_a_revision():
    first = article("a", ENGLISH, url="https://one.example/1", published="2024-05-06T08:00:00Z")
    later = article(
        "b", ENGLISH.replace("nine", "eleven"), url="https://one.example/1", published="2024-05-06T09:30:00Z"
    )
    found = verdict_after(first, later)
    assert (found.verdict, found.relation, found.of, found.nothing_new) == ("update", "revision", "a", False)


def test_items_under_the_front_page_of_a_site_are_not_one_page():
    found = verdict_after(
        article("a", ENGLISH, url="https://one.example/"), article("b", OTHER, url="https://one.example/")
    )
    assert found.verdict == "new"


def test_items_under_the_address_of_their_feed_are_not_one_page():
    url = "https://one.example/feed"
    assert verdict_after(article("a", ENGLISH, url=url), article("b", OTHER, url=url)).verdict == "new"


def test_a_later_wire_version_is_an_update():
    first = article("a", ENGLISH, TITLES["English"], source="Wire", published="2024-05-06T08:00:00Z")
    later = article(
        "b",
        ENGLISH.replace("37 houses", "41 houses"),
        TITLES["English"],
        source="Wire",
        published="2024-05-06T08:20:00Z",
    )
    found = verdict_after(first, later)
    assert (found.verdict, found.relation, found.of) == ("update", "altered_copy", "a")


def test_a_wire_text_sent_again_is_a_resend():
    first = article("a", ENGLISH, source="Wire", published="2024-05-06")
    found = verdict_after(first, article("b", ENGLISH, source="Wire", published="2024-05-06"))
    assert (found.verdict, found.relation, found.nothing_new) == ("duplicate", "resend", True)


class TestALaterVersion:
    def test_is_a_revision_of_the_article(self):
        stream = Stream()
        stream.feed(article("a", ENGLISH))
        found = stream.feed(article("a", ENGLISH.replace("nine", "eleven"), version=2))
        assert (found.verdict, found.relation, found.of, found.group) == ("update", "revision", None, "a")
        assert not found.nothing_new

    def test_keeps_its_group(self):
        stream = Stream()
        stream.feed(article("a", ENGLISH, source="One"))
        stream.feed(article("b", ENGLISH, source="Two"))
        found = stream.feed(article("b", ENGLISH.replace("nine", "eleven"), source="Two", version=2))
        assert (found.verdict, found.relation, found.of, found.group) == ("update", "revision", "a", "a")

    def test_leaves_the_answer_to_the_first_version_as_it_was(self):
        stream = Stream()
        first, second = article("a", ENGLISH), article("a", OTHER, version=2)
        before = [stream.feed(one) for one in (first, second)]
        assert [stream.feed(one) for one in (first, second)] == before

    def test_that_came_before_the_first_stays_the_latest(self):
        stream = Stream()
        stream.feed(article("a", ENGLISH, version=2))
        stream.feed(article("a", OTHER, version=1))
        assert stream.index["a"].latest.version == 2
        assert stream.feed(article("b", ENGLISH)).verdict == "duplicate"


@pytest.mark.parametrize("text", ["", "Rain.", "Rain is expected.", "\ud800", "\x00" * 50])
def test_the_shortest_items_are_never_merged(text):
    assert verdict_after(article("a", text, source="One"), article("b", text, source="Two")).verdict == "new"


def test_a_short_item_of_two_papers_is_a_copy_when_every_word_is_the_same():
    text = "Nine canals in the north are closed for repair until the end of spring, the minister said."
    first, copy = article("a", text, "Canals closed", source="One"), article("b", text, "Canals closed", source="Two")
    assert verdict_after(first, copy).relation == "copy"
    assert (
        verdict_after(first, article("b", text.replace("spring", "May"), "Canals closed", source="Two")).verdict
        == "new"
    )


def test_what_is_copied_years_later_is_new():
    first = article("a", ENGLISH, source="One", published="2019-05-06")
    assert verdict_after(first, article("b", ENGLISH, source="Two", published="2024-05-06")).verdict == "new"


def test_a_late_earlier_copy_gives_the_group_its_name():
    stream = Stream()
    stream.feed(article("m", ENGLISH, source="One", published="2024-05-06T10:00:00Z"))
    found = stream.feed(article("z", ENGLISH, source="Two", published="2024-05-06T08:00:00Z"))
    assert (found.of, found.group) == ("m", "z")
    found = stream.feed(article("n", ENGLISH, source="Three", published="2024-05-06T11:00:00Z"))
    assert (found.of, found.group, found.carriers) == ("z", "z", ("One", "Three", "Two"))


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_collection_of_two_stories_does_not_make_them_one(order):
    stories = (
        article("a", ENGLISH, TITLES["English"], source="One"),
        article("d", f"{ENGLISH} {OTHER}", "The week in the north", source="Two"),
        article("e", OTHER, "A quartet opens the summer festival", source="Three"),
    )
    stream = Stream()
    for place in order:
        stream.feed(stories[place])
    assert stream.groups() == {frozenset("ad"), frozenset("e")}


class TestDelivery:
    def pieces(self):
        half = len(ENGLISH) // 2
        texts = {
            "a": ENGLISH,
            "b": ENGLISH,
            "c": ENGLISH[half:],
            "d": f"{BLOCKED[:300]} {ENGLISH} {BLOCKED[300:]}",
            "e": OTHER,
            "f": OTHER + " (Agency)",
        }
        return [
            article(uri, text, source=f"Paper {uri}", published=f"2024-05-06T0{place}:00:00Z")
            for place, (uri, text) in enumerate(texts.items())
        ]

    def test_a_second_time_gives_the_same_bytes(self):
        stream = Stream()
        before = [codec.encode(stream.feed(one)) for one in self.pieces()]
        assert [codec.encode(stream.feed(one)) for one in self.pieces()] == before

    def test_of_the_same_input_gives_the_same_effects(self):
        one, other = Stream(), Stream()
        for piece in self.pieces():
            effects = list(judge(piece, one.index))
            assert effects == list(judge(piece, other.index))
            for effect in effects:
                if isinstance(effect, Put):
                    one.put(effect)
                    other.put(effect)

    @pytest.mark.parametrize("order", range(20))
    @pytest.mark.parametrize("times", [1, 3])
    def test_in_any_order_and_number_gives_the_same_groups(self, order, times):
        pieces = self.pieces() * times
        random.Random(order).shuffle(pieces)
        stream = Stream()
        for piece in pieces:
            assert stream.feed(piece).of != piece.uri
        assert stream.groups() == {frozenset("abcd"), frozenset("ef")}

    def test_interrupted_after_any_effect_gives_the_same_verdict(self):
        for crash in range(4):
            whole, broken = Stream(), Stream()
            for piece in self.pieces():
                for effect in list(judge(piece, broken.index))[:crash]:
                    if isinstance(effect, Put):
                        broken.put(effect)
                assert broken.feed(piece) == whole.feed(piece)
            assert broken.groups() == whole.groups()

    def test_after_a_restart_goes_on_as_before(self):
        whole, restarted = Stream(), Stream()
        for piece in self.pieces():
            states = [codec.decode(Seen, codec.encode(entry)) for entry in restarted.index.values()]
            restarted.index = Memory({entry.uri: entry for entry in reversed(states)})
            assert restarted.feed(piece) == whole.feed(piece)

    def test_with_a_plain_mapping_gives_the_same(self):
        stream, state = Stream(), {}
        for piece in self.pieces():
            effects = list(judge(piece, state))
            state.update({effect.key: effect.state for effect in effects if isinstance(effect, Put)})
            assert [effect.value.verdict for effect in effects if isinstance(effect, Emit)] == [stream.feed(piece)]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.text(st.characters(codec=None, exclude_categories=()), max_size=80),
            st.integers(1, 3),
        ),
        max_size=8,
    )
)
def test_any_article_is_passed_on_once_and_is_no_copy_of_itself(items):
    stream = Stream()
    for uri, text, version in items:
        assert stream.feed(article(uri, text, version=version)).of != uri


def test_the_spec_brings_its_view():
    assert isinstance(SPEC.view(), Memory)
    assert SPEC.make() is judge
