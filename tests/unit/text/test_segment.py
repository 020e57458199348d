import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text.segment import Piece, segment
from schemas.article import received
from tests.paths import SEEDS

LEAD = "The foreign minister of the country met his colleague in the capital and spoke about trade and borders. "
NEXT = "Both sides agreed to meet again before the end of the year, officials told reporters after the talks. "
LAST = "The talks had been put off twice since the spring because of a dispute over fishing rights. "
ARTICLE = "\n\n".join((LEAD + NEXT.strip(), NEXT + LAST.strip(), LAST + LEAD.strip()))


def kinds(text: str, title: str | None = None) -> list[tuple[str, str]]:
    whole = received(title, text)
    return [(p.kind, whole[p.start : p.end]) for p in segment(title, text)]


def of(kind: str, text: str, title: str | None = None) -> list[str]:
    return [part for own, part in kinds(text, title) if own == kind]


def body(text: str) -> str:
    return "\n\n".join(of("body", text))


def seed(number: str) -> str:
    return next(SEEDS.glob(f"{number}_*.txt")).read_text(encoding="utf-8")


def test_a_plain_article_is_all_body() -> None:
    assert {kind for kind, _ in kinds(ARTICLE)} == {"body"}


def test_the_title_is_a_piece_of_its_own() -> None:
    assert kinds(ARTICLE, "Ministers meet")[0] == ("title", "Ministers meet")


def test_a_first_line_without_a_stop_is_the_title_where_none_is_given() -> None:
    assert of("title", f"Ministers meet in the capital\n\n{ARTICLE}") == ["Ministers meet in the capital"]
    assert of("title", ARTICLE) == []
    assert of("title", seed("001")) == [seed("001").split("\n", maxsplit=1)[0]]
    assert of("title", seed("004")) == [seed("004").split("\n", maxsplit=1)[0]]


@pytest.mark.parametrize(
    ("dateline", "rest"),
    [
        ("اسلام آباد: ", "پاکستان اور روس نے تعاون پر اتفاق کیا ہے۔"),
        ("اسلام آباد(ڈیلی پاکستان آن لائن )", "روسی وزیر خارجہ نے وزیراعظم سے ملاقات کی ہے۔"),
        ("ISLAMABAD (AP) - ", "The minister said that talks would go on next week."),
        ("HANOI, Vietnam (AP) — ", "The minister said that talks would go on next week."),
        ("WASHINGTON – ", "Two officers were charged on Tuesday, prosecutors said."),
        ("MOSCOW, Jan 5 (Reuters) - ", "The minister said that talks would go on next week."),
        ("Berlin (dpa) - ", "Der Minister hat am Dienstag neue Gespräche angekündigt."),
        ("नई दिल्ली, 7 अप्रैल (भाषा): ", "विदेश मंत्री ने बुधवार को अपने समकक्ष से मुलाकात की।"),
        ("लखनऊ। ", "मुख्यमंत्री ने मंगलवार को अधिकारियों के साथ बैठक की।"),
        ("МОСКВА, 5 января. /ТАСС/. ", "Министр иностранных дел заявил о новых переговорах."),
        ("МОСКВА, 5 января — РИА Новости. ", "Министр иностранных дел заявил о новых переговорах."),
        ("نئی دہلی (سیاست ڈاٹ کام) ", "وزیر خارجہ نے اپنے ہم منصب سے ملاقات کی ہے۔"),
        ("ڈھاکہ 30 نومبر (سیاست ڈاٹ کام ) ", "وزیر خارجہ نے اپنے ہم منصب سے ملاقات کی ہے۔"),
    ],
)
def test_place_and_agency_before_the_first_sentence_are_the_dateline(dateline: str, rest: str) -> None:
    assert kinds(dateline + rest)[0] == ("dateline", dateline.strip())
    assert kinds(dateline + rest)[1] == ("body", rest)


@pytest.mark.parametrize("line", ["नई दिल्ली।", "Bruselas, 23 may (EFE).", "LONDON:"])
def test_a_dateline_may_have_a_line_of_its_own(line: str) -> None:
    assert kinds(f"{line}\n{LEAD.strip()}") == [("dateline", line), ("body", LEAD.strip())]


@pytest.mark.parametrize(
    "text",
    [
        "Imran Khan (PTI) said on Monday that the party would hold talks with the government.",
        "The minister – who had been ill for weeks – said on Monday that he would resign.",
        'عمران خان: "ہم مذاکرات کے لیے تیار ہیں اور حکومت سے بات کریں گے۔"',
        "শিক্ষকেরা পড়াচ্ছেন।",
        "Parágrafo 1.º - O ministro anunciou na segunda-feira uma nova rodada de conversas.",
        "UPDATE: The minister said on Monday that he would resign before the end of the year.",
    ],
)
def test_other_words_before_a_sign_are_no_dateline(text: str) -> None:
    assert kinds(text) == [("body", text)]


def test_the_date_header_of_a_page_is_split_off() -> None:
    assert kinds(seed("000"))[0] == ("header", "date 2021-04")
    assert of("header", f"Published 12 May 2021\n{ARTICLE}") == ["Published 12 May 2021"]


def test_lines_that_pages_add_are_told_apart() -> None:
    page = f"{ARTICLE}\n\n.\n\nSource: Example Times\n\nTags: talks, trade\n\nShares:"
    assert [kind for kind, _ in kinds(page)][-4:] == ["filler", "source_line", "keywords", "share"]
    assert body(page) == ARTICLE


def test_a_link_inside_an_article_does_not_end_it() -> None:
    page = ARTICLE.replace("\n\n", "\n\nRead more: Ten facts about fishing\n\n", 1)
    assert of("read_also", page) == ["Read more: Ten facts about fishing"]
    assert body(page) == ARTICLE
    page = ARTICLE.replace("\n\n", "\n\nRead more\n\nTen facts about fishing\n\n", 1)
    assert of("read_also", page) == ["Read more", "Ten facts about fishing"]
    assert body(page) == ARTICLE


def test_a_list_under_a_heading_is_related_and_the_article_may_go_on_after_it() -> None:
    listed = "Related articles\n\n• Ten facts about fishing\n• Harbour to be rebuilt\n• Storm ahead for the coast"
    assert body(f"{ARTICLE}\n\n{listed}") == ARTICLE
    assert len(of("related", f"{ARTICLE}\n\n{listed}")) == 4
    assert body(f"{ARTICLE}\n\n{listed}\n\n{LEAD}again.\n\n{NEXT}again.").endswith(f"{NEXT}again.")


def test_bullets_that_the_text_announces_are_body() -> None:
    page = f"{ARTICLE}\n\nThe plan has three parts:\n• more money for schools\n• a new road to the port\n• fewer taxes on small boats"
    assert {kind for kind, _ in kinds(page)} == {"body"}


def test_a_second_article_behind_a_cue_is_not_the_first() -> None:
    second = "Harbour to be rebuilt after the storm\n\nThe old harbour is to be rebuilt after the storm, the mayor said on Sunday."
    page = f"{ARTICLE}\n\nRead also:\n\n{second}"
    assert body(page) == ARTICLE
    assert "\n\n".join(of("second_article", page)) == second


def test_seed_003_ends_before_the_source_line() -> None:
    text = seed("003")
    end = text.index("ذریعہ:")
    pieces = segment(None, text)
    assert all(piece.kind != "body" for piece in pieces if piece.start >= end)
    assert all(piece.kind in ("body", "filler") for piece in pieces if piece.start < end)
    assert of("teaser", text) == [
        "حفیظ سنٹر لاہور میں فائر ریسکیو آپریشن ؛ سیکرٹری ایمرجنسی سروسز کا فائر فائٹرز کو خراج تحسین",
        "شکر گڑھ میں درمیانے درجے کا سیلاب، زمینی رابطہ منقطع",
    ]
    assert len(of("related", text)) == 10


def test_seed_000_ends_with_the_remains_of_a_tweet() -> None:
    assert [kind for kind, _ in kinds(seed("000"))][-3:] == ["tweet", "mojibake", "tweet"]
    assert kinds(seed("000"))[-2][1] == "???????? ???? ????????"


def test_html_is_cut_before_the_text_of_a_block() -> None:
    assert kinds("<p>One is long enough.</p><p>Two</p>") == [
        ("body", "<p>One is long enough.</p><p>"),
        ("body", "Two</p>"),
    ]


def test_a_page_that_keeps_readers_out_is_no_article() -> None:
    assert {kind for kind, _ in kinds("Access Denied\n\nPlease enable JavaScript and cookies to go on.")} == {
        "block_page"
    }


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Share on Facebook", "share"),
        ("Facebook", "share"),
        ("Partager sur Twitter", "share"),
        ("Haberi paylaşın", "share"),
        ("اس خبر کو شیئر کریں", "share"),
        ("We use cookies to improve our site.", "consent"),
        ("इस साइट पर कुकीज़ का उपयोग किया जाता है।", "consent"),
        ("Nous utilisons des cookies.", "consent"),
        ("Sign up for our newsletter and get the news of the day.", "boilerplate"),
        ("© 2021 Звезда. Все права защищены.", "boilerplate"),
        ("Lastwagen am Zoll (Symbolbild)", "caption"),
        ("Trucks at the border (Photo: AFP)", "caption"),
        ("İLGİLİ HABERLER", "related"),
        ("(Reporting by Jane Doe in Rome; Editing by John Roe)", "byline"),
        ("تحریر: احمد علی", "byline"),
    ],
)
def test_a_line_behind_an_article_is_told_in_many_languages(line: str, kind: str) -> None:
    assert kinds(f"{ARTICLE}\n\n{line}")[-1] == (kind, line)


@pytest.mark.parametrize(
    "line",
    [
        "Share prices fell on Facebook and Twitter after the report.",
        "Firms that use cookies must ask for consent, the court said.",
        "The minister said that access had been denied to reporters.",
        "By Tuesday the talks had come to an end.",
        "Photographs of the harbour were shown to the court.",
    ],
)
def test_a_sentence_with_such_words_is_body(line: str) -> None:
    assert {kind for kind, _ in kinds(f"{ARTICLE}\n\n{line}\n\n{NEXT}")} == {"body"}


@pytest.mark.parametrize(
    "page",
    [
        "Too many requests\n\nPlease try again later.",
        "Слишком много запросов\nПовторите попытку позже.",
        "访问被拒绝\n您没有权限访问此页面。",
        "Acceso denegado\n\nNo tiene permiso para acceder a esta página.",
        "رسائی ممنوع ہے\n\nآپ کو یہ صفحہ دیکھنے کی اجازت نہیں ہے۔",
    ],
)
def test_pages_that_keep_readers_out_are_told_in_many_languages(page: str) -> None:
    assert {kind for kind, _ in kinds(page)} == {"block_page"}


def test_a_short_report_about_a_site_that_is_down_is_no_block_page() -> None:
    report = (
        "The site of the ministry said “access denied” on Tuesday after an attack, officials told reporters in Rome."
    )
    assert {kind for kind, _ in kinds(report, "Ministry's site attacked")} == {"title", "body"}


def test_what_is_glued_to_the_last_sentence_behind_a_cue_is_cut_off() -> None:
    assert kinds(f"{LEAD}{NEXT}Source: Example Times")[-1] == ("source_line", "Source: Example Times")
    chinese = "外交部长星期三在首都会见了同行,双方讨论了边境贸易和渔业问题。" * 5
    assert kinds(f"{chinese}责任编辑:李明") == [("body", chinese), ("byline", "责任编辑:李明")]


def test_an_article_may_go_on_after_keywords_and_after_a_list_for_one_paragraph() -> None:
    assert of("second_article", f"{ARTICLE}\n\nTags: talks\n\n{NEXT}Again the officials met.") == []
    listed = "Related articles\n\n- Ten facts about fishing\n- Storm ahead for the coast"
    assert body(f"{ARTICLE}\n\n{listed}\n\n{LEAD}again.").endswith("again.")


def test_the_lead_of_a_listed_headline_is_no_body() -> None:
    listed = "Related articles\n\nStorm destroys the old harbour\n\nA storm destroyed the old harbour of the town on Monday, and the rain went on for days."
    assert body(f"{ARTICLE}\n\n{listed}") == ARTICLE


LINES = st.sampled_from(
    [
        LEAD,
        NEXT,
        "Related",
        "Read more:",
        "Tags: a, b",
        "• A headline about the harbour",
        "Source: X",
        ".",
        "????  ????",
        "Shares:",
        "A short line",
        "<p>",
        "</p>",
        "\u200c",
        "date 2021-04 ROME (AP) - It was said.",
        "\u200fپڑھیں:",
        "",
        " ",
    ]
)


@given(
    st.none() | st.text(max_size=12).filter(str.strip),
    st.lists(LINES, max_size=14).map("\n".join) | st.text(max_size=80),
)
def test_every_sign_lies_in_exactly_one_piece_in_order(title: str | None, text: str) -> None:
    whole = received(title, text)
    pieces = segment(title, text)
    assert all(a.end <= b.start for a, b in pairwise(pieces))
    assert "".join("".join(whole[p.start : p.end].split()) for p in pieces) == "".join(whole.split())
    assert all(not whole[p.start].isspace() and not whole[p.end - 1].isspace() for p in pieces)


@pytest.mark.parametrize(
    "line", ["a\n", "Read more:\nA long headline\n\nA long headline of it.\n", "• a b c d\n", "Tags: x\n", ": ", "????"]
)
def test_time_grows_with_length_not_faster(line: str) -> None:
    text = line * (200_000 // len(line))
    begin = time.process_time()
    found = segment(None, text)
    assert time.process_time() - begin < 6
    assert len(found) <= 402


def test_pieces_are_values() -> None:
    assert segment(None, "One.") == (Piece("body", 0, 4),)
