from pipeline.dedup.parts import MOST_PARTS, glued
from schemas.article import Segment
from tests.unit.dedup.articles import Stream, article
from tests.unit.dedup.texts import ENGLISH, GOLD, HINDI, OTHER

HEADLINE = "String quartet opens summer festival on the island"
GLUED = f"{ENGLISH}\n\nRead more:\n{HEADLINE}\n{OTHER}"


def page(uri, text=GLUED, source="Zed"):
    return article(uri, text, "Nine canals to be closed", source=source, cut=True)


def test_a_glued_article_is_named_and_does_not_make_the_whole_a_copy():
    stream = Stream()
    stream.feed(article("o", OTHER, HEADLINE, source="One"))
    found = stream.feed(page("g"))
    assert (found.verdict, found.relation, found.of, found.group, found.nothing_new) == ("new", "new", None, "g", False)
    (part,) = found.parts
    assert (part.of, part.relation, part.containment) == ("o", "copy", 1.0)
    assert page("g").received[part.start : part.end] == f"{HEADLINE}\n{OTHER}"


def test_an_altered_glued_article_is_named_as_such():
    stream = Stream()
    stream.feed(article("o", OTHER, HEADLINE, source="One"))
    (part,) = stream.feed(page("g", GLUED.replace("three winters", "four winters"))).parts
    assert (part.of, part.relation) == ("o", "altered_copy")


def test_an_unknown_glued_article_is_not_named():
    stream = Stream()
    stream.feed(article("o", GOLD, "Gold", source="One"))
    assert stream.feed(page("g")).parts == ()


def test_the_main_text_is_judged_by_itself():
    stream = Stream()
    stream.feed(article("o", OTHER, HEADLINE, source="One"))
    stream.feed(article("e", ENGLISH, "Nine canals to be closed", source="Two"))
    found = stream.feed(page("g"))
    assert (found.verdict, found.of, found.group) == ("duplicate", "e", "e")
    assert [part.of for part in found.parts] == ["o"]


def test_an_article_that_was_glued_before_is_still_new():
    stream = Stream()
    stream.feed(page("g"))
    found = stream.feed(article("o", OTHER, HEADLINE, source="One"))
    assert (found.verdict, found.of, found.group, found.nothing_new) == ("new", None, "o", False)


def test_two_glued_articles_are_two_parts():
    kinds = ["body", "second_article", "teaser", "second_article", "read_also", "second_article"]
    text = "abcdefghi " * len(kinds)
    segments = tuple(
        Segment(kind=kind, start=10 * n, end=10 * n + 9, language="und", confidence=0.0, script="Zyyy")
        for n, kind in enumerate(kinds)
    )
    found = [(span.start, span.end, part.text) for span, part in glued(article("g", text, segments=segments))]
    assert found == [(10, 39, text[10:39]), (50, 59, text[50:59])]


def test_glued_articles_are_bounded():
    kinds = ["second_article", "read_also"] * 50
    segments = tuple(
        Segment(kind=kind, start=n, end=n + 1, language="und", confidence=0.0, script="Zyyy")
        for n, kind in enumerate(kinds)
    )
    assert len(list(glued(article("g", HINDI, segments=segments)))) == MOST_PARTS
