import pytest

from pipeline.dedup.edges import edges
from pipeline.dedup.novelty import nothing_new, numbers_replaced
from pipeline.dedup.wording import Wording, expanded, folded, head_share, wording
from tests.unit.dedup.articles import article
from tests.unit.dedup.texts import BY_LANGUAGE, ENGLISH, HINDI, OTHER, URDU

CHINESE = "北方省水利部长周一表示，九条运河将关闭维修，直到春末。她在贝尔莫拉镇对农民说，施工期间每个村庄都会得到饮用水。工程师在去年八月洪水之后发现裂缝，当时37座房屋被冲走。"


def says_nothing_new(new, old, title=None, old_title=None):
    one, other = article("b", new, title), article("a", old, old_title)
    return nothing_new(wording(one), wording(other), edges(one))


def edited(old, new):
    def edit(text):
        assert old in text
        return text.replace(old, new, 1)

    return edit


NEW_FACTS = {
    "a number": (ENGLISH, edited("37", "73")),
    "a number in Urdu digits": (URDU, edited("420", "۴۳۰")),
    "a decimal": (ENGLISH.replace("420", "4.2"), edited("4.2", "4.3")),
    "a decimal lost at the end": (ENGLISH + " Prices rose by 3.5.", edited("3.5.", "3.")),
    "a name": (ENGLISH, edited("Belmora", "Sarn")),
    "the first word": (ENGLISH, edited("The water minister", "A water minister")),
    "the last word": (OTHER, edited("fishermen's songs", "fishermen's tales")),
    "a negation put in": (ENGLISH, edited("would be closed", "would not be closed")),
    "a negation taken out": (ENGLISH, edited("did not trust", "did trust")),
    "a negation taken out in Urdu": (URDU, edited("اعتماد نہیں اور", "اعتماد اور")),
    "a negation put in in Hindi": (HINDI, edited("बंद रहेंगी", "बंद नहीं रहेंगी")),
    "a negation put first": (OTHER, lambda text: "No " + text),
    "a negation taken from the front": ("No " + OTHER, lambda text: text[3:]),
    "part of the first word": ("Un" + OTHER[2:], lambda text: text[2:]),
    "the words before a claim": ("Nobody believed the rumour that a " + OTHER[2:], lambda text: text[32:]),
    "a passage out of a sentence": (ENGLISH, edited(" of the northern province said on Monday", "")),
    "dotted names for each other": (
        ENGLISH + " The U.S. team beat the U.K. team on Sunday in the last match.",
        lambda text: text.replace("U.S.", "U.K.", 1).replace("the U.K. team on", "the U.S. team on"),
    ),
    "lines of a list for each other": (
        OTHER + "\nWinner:\nBelmora\nLoser:\nSarn\n",
        lambda text: text.replace("Winner", "?").replace("Loser", "Winner").replace("?", "Loser"),
    ),
    "an answer taken out": (
        OTHER + " Will it be held again? No. Nobody asked for it in the last three years.",
        edited(" No.", ""),
    ),
    "a decimal point": (ENGLISH.replace("420", "4.2"), edited("4.2", "42")),
    "a sentence ended early": (ENGLISH, lambda text: text[: text.index(" because the sowing")] + "."),
    "a negation at the very end": (ENGLISH + " They agreed", lambda text: text + " not"),
    "a word inside a word": (ENGLISH, edited("independent", "dependent")),
    "a sentence more": (ENGLISH, lambda text: text + " The minister resigned."),
    "a character of Chinese": (CHINESE, edited("关闭", "开放")),
    "a negation in Chinese": (CHINESE, edited("都会", "都不会")),
}


@pytest.mark.parametrize("name", sorted(NEW_FACTS))
def test_a_changed_fact_is_new(name):
    text, edit = NEW_FACTS[name]
    assert not says_nothing_new(edit(text), text)


SAME_FACTS = {
    "the same text": lambda text: text,
    "an agency before it": lambda text: f"(Northern Press) {text}",
    "the last sentence left out": lambda text: text[: text.rindex(text[-1], 0, -1) + 1],
    "sentences in another order": lambda text: " ".join(
        reversed([part + text[-1] for part in text.split(text[-1]) if part])
    ),
    "cut in the middle of a word": lambda text: text[: len(text) // 2],
    "all spaces lost": lambda text: text.replace(" ", ""),
    "in capitals": lambda text: text.upper(),
    "lines broken": lambda text: text.replace(", ", ",\n"),
}


@pytest.mark.parametrize("language", sorted(BY_LANGUAGE))
@pytest.mark.parametrize("name", sorted(SAME_FACTS))
def test_what_was_only_moved_or_left_out_is_not_new(name, language):
    text = BY_LANGUAGE[language]
    assert says_nothing_new(SAME_FACTS[name](text), text)


def test_chinese_cut_short_is_not_new():
    assert says_nothing_new(CHINESE[:50], CHINESE)


def test_a_headline_of_its_own_is_new():
    assert not says_nothing_new(ENGLISH, ENGLISH, "Canals will not be closed", "Canals will be closed")
    assert not says_nothing_new(ENGLISH, ENGLISH, "Canals will be closed", "Canals will not be closed")
    assert not says_nothing_new(ENGLISH, ENGLISH, "Nine canals would be closed", None)
    assert not says_nothing_new(ENGLISH, ENGLISH, "Canals will be closed", "No canals will be closed")
    assert says_nothing_new(ENGLISH, ENGLISH, "A similar repair eleven years ago took twice as long as promised", None)
    assert says_nothing_new(ENGLISH, ENGLISH, None, "Canals will be closed")


def test_a_text_too_long_to_be_kept_is_read_again():
    long = wording(article("a", "canal closed " * 10_000))
    assert not long.whole
    assert not nothing_new(long, long)


def test_numbers_replaced_in_both_texts_make_a_template():
    one, other, part = (
        wording(article("a", text)) for text in ("Gold at 900 today", "Gold at 700 today", "Gold today")
    )
    assert numbers_replaced(one, other)
    assert not numbers_replaced(one, part)
    assert not numbers_replaced(part, one)


@pytest.mark.parametrize("text", [ENGLISH, URDU, HINDI, CHINESE, "", "|", "a|b.c", "\n\n", "3.5 5.\n"])
def test_a_wording_survives_packing(text):
    one = folded(article("a", text, "A title | 3.5"))
    assert expanded(one.packed) == one.wording


def test_words_are_whole_in_scripts_with_vowel_signs():
    assert wording(article("a", "दिल्ली में बारिश।")).marked == ("दिल्ली", "में", "बारिश", "|")


def test_a_word_is_a_character_in_scripts_without_spaces():
    one = wording(article("a", "水利部 GDP 37。"))
    assert one.marked == ("水", "利", "部", "gdp", "37", "|")


def test_a_head_is_found_in_another_text():
    one, other = wording(article("a", ENGLISH, "Nine canals closed")), wording(article("b", OTHER))
    assert head_share(one, one) == 1.0
    assert head_share(one, other) < 0.35
    assert head_share(Wording("", ""), other) == 0.0
