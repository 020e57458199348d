from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dedup.changes import LONGEST, MOST, changes, numbers
from pipeline.dedup.wording import wording
from schemas.article import NumberChange
from tests.unit.dedup.articles import Stream, article
from tests.unit.dedup.texts import BY_LANGUAGE, ENGLISH, HINDI, OTHER, TITLES, URDU


def changed(new, old, title=None, old_title=None):
    later, earlier = article("a", new, title), article("a", old, old_title)
    found = changes(later, wording(later), wording(earlier))
    return found, numbers(found, later), later.received


def test_a_replaced_number_is_named_in_its_sentence():
    found, pairs, received = changed(ENGLISH.replace("37 houses", "41 houses"), ENGLISH)
    assert [change.kind for change in found] == ["replaced"]
    assert "when 37 houses were washed away" in found[0].old
    assert found[0].new == received[found[0].start : found[0].end]
    assert found[0].new.startswith("Engineers found cracks")
    assert pairs == (NumberChange(old="37", new="41"),)


def test_a_sentence_more_is_added_with_its_place():
    found, pairs, received = changed(f"{URDU} دو انجینئر 12 دن بعد مستعفی ہو گئے۔", URDU)
    assert [(change.kind, change.old) for change in found] == [("added", None)]
    assert received[found[0].start : found[0].end] == "دو انجینئر 12 دن بعد مستعفی ہو گئے۔"
    assert pairs == (NumberChange(old=None, new="12"),)


def test_a_sentence_less_is_removed_in_folded_words():
    sentence = "ग्यारह साल पहले ऐसी ही मरम्मत में वादे से दोगुना समय लगा था।"
    found, pairs, _ = changed(HINDI.replace(sentence, ""), HINDI)
    assert [(change.kind, change.new, change.start) for change in found] == [("removed", None, None)]
    assert found[0].old.startswith("ग्यारह साल पहले")
    assert pairs == ()


def test_another_headline_comes_first():
    found, _, received = changed(ENGLISH + " The minister resigned.", ENGLISH, "Ten canals", "Nine canals")
    assert [change.kind for change in found] == ["replaced", "added"]
    assert (found[0].old, received[found[0].start : found[0].end]) == ("nine canals", "Ten canals")


def test_moved_and_re_spaced_sentences_are_no_changes():
    first, _, rest = ENGLISH.partition(". ")
    assert changed(f"{rest} {first}.", ENGLISH) == ((), (), f"{rest} {first}.")
    assert changed(ENGLISH.replace(" ", "  ").upper(), ENGLISH)[0] == ()


def test_changes_are_bounded():
    found, pairs, _ = changed("\n".join(f"Line {n} of the new text. " * 40 for n in range(90)), OTHER)
    assert len(found) == MOST
    assert len(pairs) <= MOST
    assert max(len(change.new or change.old) for change in found) <= LONGEST


def test_an_update_names_its_changes_and_nothing_else_does():
    stream = Stream()
    for place, (language, text) in enumerate(sorted(BY_LANGUAGE.items())):
        assert stream.feed(article(language, text, TITLES[language])).changes == ()
        later = stream.feed(article(language, text.replace("420", "510"), TITLES[language], version=2))
        assert (later.verdict, len(later.changes)) == ("update", 1)
        assert later.numbers == (NumberChange(old="420", new="510"),)
        copied = stream.feed(article(f"c{place}", text.replace("420", "510"), TITLES[language], source="Two"))
        assert (copied.verdict, copied.changes) == ("duplicate", ())


def test_an_earlier_version_that_comes_late_changes_nothing():
    stream = Stream()
    stream.feed(article("a", ENGLISH.replace("37", "41"), version=2))
    assert stream.feed(article("a", ENGLISH, version=1)).changes == ()


@settings(max_examples=60, deadline=None)
@given(*2 * [st.text(st.characters(codec=None, exclude_categories=()), max_size=300)])
def test_any_two_texts_have_changes_that_lie_in_the_new_one(new, old):
    found, _, received = changed(new, old)
    for change in found:
        assert (change.new is None) == (change.start is None) == (change.kind == "removed")
        assert change.new is None or change.new == received[change.start : change.end][:LONGEST]
