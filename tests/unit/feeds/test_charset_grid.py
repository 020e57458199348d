"""A grid of 52 documents, five languages in every encoding and under every label that feeds carry; at least 50 right."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.feeds.parse import read_feed

HEADLINES = {
    "ur": [
        "وزیر اعظم نے سیلاب زدہ علاقوں کا دورہ کیا",
        "کراچی کی بندرگاہ پر ہڑتال ختم ہو گئی",
        "عدالت نے فیصلہ محفوظ کر لیا ہے",
    ],
    "hi": ["राज्य सरकार ने किसानों के लिए नई योजना शुरू की", "भारी बारिश से रेल सेवा प्रभावित हुई", "अदालत ने याचिका खारिज कर दी"],
    "ar": [
        "وصل وزير الخارجية إلى العاصمة لإجراء محادثات",
        "أعلنت النقابة إنهاء الإضراب في الميناء",
        "أجلت المحكمة النظر في القضية",
    ],
    "ru": [
        "Правительство утвердило план восстановления моста",
        "В порту завершилась забастовка рабочих",
        "Суд отложил рассмотрение дела",
    ],
    "zh": ["政府批准了桥梁重建计划并拨出专款", "港口工人的罢工已于周三结束", "法院推迟了对该案件的审理"],
}
LEGACY = (("ur", "cp1256"), ("ar", "cp1256"), ("ru", "cp1251"), ("ru", "koi8-r"), ("zh", "gb18030"))
Case = tuple[str, bytes, str | None, list[str]]


def document(language: str, declared: str | None) -> str:
    label = f" encoding='{declared}'" if declared else ""
    items = "".join(f"<item><title>{headline}</title></item>" for headline in HEADLINES[language])
    return f"<?xml version='1.0'{label}?><rss version='2.0'><channel><title>x</title>{items}</channel></rss>"


def grid() -> Iterator[Case]:
    for language, headlines in HEADLINES.items():
        plain = document(language, None)
        yield f"{language} utf-8", plain.encode(), None, headlines
        yield f"{language} utf-8, declared latin-1", document(language, "iso-8859-1").encode(), None, headlines
        yield f"{language} utf-8, declared utf-16", document(language, "utf-16").encode(), None, headlines
        yield f"{language} utf-8, sent as latin-1", plain.encode(), "iso-8859-1", headlines
        yield f"{language} utf-16", b"\xff\xfe" + plain.encode("utf-16-le"), None, headlines
        yield (
            f"{language} utf-8 with a bad byte",
            plain.replace("<title>x", "<title>x\udcff").encode("utf-8", "surrogateescape"),
            None,
            headlines,
        )
        yield f"{language} utf-8 twice", plain.encode().decode("latin-1").encode(), None, headlines
    for language, encoding in LEGACY:
        body = document(language, None).encode(encoding, "xmlcharrefreplace")
        yield f"{language} {encoding}", body, None, HEADLINES[language]
        yield f"{language} {encoding}, sent so", body, encoding, HEADLINES[language]
        yield f"{language} {encoding}, sent as utf-8", body, "utf-8", HEADLINES[language]
    for language in ("ur", "hi"):
        yield (
            f"{language} utf-8 with a mark",
            b"\xef\xbb\xbf" + document(language, None).encode(),
            None,
            HEADLINES[language],
        )


def test_at_least_fifty_of_fifty_two_are_right() -> None:
    cases = list(grid())
    wrong = [name for name, body, charset, headlines in cases if read(body, charset) != headlines]
    assert len(cases) == 52
    assert len(wrong) <= 2, wrong


@pytest.mark.parametrize("language", sorted(HEADLINES))
def test_valid_utf8_is_never_wrong(language: str) -> None:
    for name, body, charset, headlines in grid():
        if name.startswith(f"{language} utf-8"):
            assert read(body, charset) == headlines, name


def read(body: bytes, charset: str | None) -> list[str | None]:
    return [entry.headline for entry in read_feed(body, http_charset=charset).entries]
