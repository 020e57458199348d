"""Labels lie; the bytes decide."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.feeds.charset import to_text

TEXTS = {
    "ur": "ترکیہ کے وزیر تجارت نے تاشقند میں معاہدے پر دستخط کر دیے۔ حکام کے مطابق کوئی جانی نقصان نہیں ہوا",
    "hi": "चटगांव बंदरगाह के मजदूरों की तीन दिन की हड़ताल शुरू",
    "ar": "التقى وزير التجارة التركي نظيره الأوزبكي في طشقند يوم الثلاثاء ووقع الجانبان اتفاقا",
    "ru": "Министр торговли Турции подписал соглашение в Ташкенте, сообщили власти",
    "zh": "土耳其贸易部长在塔什干签署协议，双方同意提高双边贸易额",
    "fr": "Le ministre a déclaré à la presse étrangère que l'accord était signé depuis l'été",
    "ko": "터키 무역장관이 타슈켄트에서 협정에 서명했다고 밝혔다",
    "ja": "トルコの貿易大臣がタシケントで協定に署名したと発表した",
    "he": "שר המסחר הטורקי חתם על הסכם בטשקנט ביום שלישי",
    "el": "Ο υπουργός Εμπορίου υπέγραψε συμφωνία στην Τασκένδη",
}
LEGACY = [
    ("ar", "cp1256"), ("ur", "cp1256"), ("ru", "cp1251"), ("ru", "koi8-r"), ("zh", "gb18030"), ("zh", "big5"),
    ("fr", "cp1252"), ("ko", "euc_kr"), ("ja", "shift_jis"), ("he", "cp1255"), ("el", "cp1253"),
]  # fmt: skip


def feed(text: str, declared: str | None = None) -> str:
    label = f' encoding="{declared}"' if declared else ""
    items = "".join(f"<item><title>{text}</title><link>https://news.example/{n}</link></item>" for n in range(3))
    return f'<?xml version="1.0"{label}?><rss version="2.0"><channel><title>News</title>{items}</channel></rss>'


@pytest.mark.parametrize("language", sorted(TEXTS))
@pytest.mark.parametrize(
    ("declared", "http"), [(None, None), ("iso-8859-1", None), ("utf-16", "iso-8859-1"), (None, "cp1251")]
)
def test_valid_utf8_beats_every_label(language: str, declared: str | None, http: str | None) -> None:
    document = feed(TEXTS[language], declared)
    read = to_text(document.encode(), http)
    assert (read.text, read.encoding, read.why) == (document, "utf-8", "valid")


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-32-le", b"\xff\xfe\0\0"),
    ],
)
def test_a_byte_order_mark_decides(encoding: str, mark: bytes) -> None:
    document = feed(TEXTS["ur"], "iso-8859-1")
    read = to_text(mark + document.encode(encoding), "windows-1251")
    assert (read.text, read.why) == (document, "bom")


def test_utf16_without_a_mark_is_seen() -> None:
    read = to_text(feed(TEXTS["hi"]).encode("utf-16-le"))
    assert (read.text, read.encoding) == (feed(TEXTS["hi"]), "utf-16-le")


@pytest.mark.parametrize(("language", "encoding"), LEGACY)
def test_a_declared_legacy_encoding_is_believed(language: str, encoding: str) -> None:
    text = _writable(TEXTS[language], encoding)
    read = to_text(feed(text, encoding).encode(encoding))
    assert (read.text, read.why) == (feed(text, encoding), "declared")


@pytest.mark.parametrize(("language", "encoding"), LEGACY)
@pytest.mark.parametrize("declared", [None, "utf-8"])
def test_an_undeclared_legacy_encoding_is_guessed(language: str, encoding: str, declared: str | None) -> None:
    text = _writable(TEXTS[language], encoding)
    read = to_text(feed(text, declared).encode(encoding))
    assert (read.text, read.why) == (feed(text, declared), "guessed")


def test_the_label_of_the_transport_is_used_when_the_document_has_none() -> None:
    read = to_text(feed(TEXTS["ru"]).encode("cp1251"), "Windows-1251")
    assert (read.text, read.encoding, read.why) == (feed(TEXTS["ru"]), "cp1251", "http")


def test_a_broken_byte_does_not_spoil_a_utf8_document() -> None:
    data = feed(TEXTS["ur"]).encode()
    read = to_text(data[:120] + b"\xd8" + data[120:], "iso-8859-1")
    assert read.why == "repaired"
    assert read.text.count("\ufffd") <= 2


def test_a_seven_bit_encoding_is_believed_although_it_is_valid_utf8() -> None:
    document = feed("協定に署名", "iso-2022-jp")
    assert to_text(document.encode("iso-2022-jp")).text == document


@pytest.mark.parametrize(
    "label", ["nonsense", "base64", "rot13", "zlib", "idna", "", "\x00", "x" * 10_000, "unicode_escape"]
)
def test_labels_that_are_no_text_encoding_are_ignored(label: str) -> None:
    assert to_text(b"<rss>caf\xe9 d\xe9j\xe0 vu</rss>", label).text == "<rss>café déjà vu</rss>"


@given(st.binary(max_size=400), st.none() | st.text(max_size=20))
def test_any_bytes_become_text_without_characters_xml_forbids(body: bytes, label: str | None) -> None:
    text = to_text(body, label).text
    text.encode("utf-8")
    assert not any(ord(char) < 32 and char not in "\t\n\r" for char in text)


def _writable(text: str, encoding: str) -> str:
    """Return the text as the encoding can write it: windows-1256 has no Farsi yeh, traditional Chinese is in Big5."""
    replaced = text.replace("ی", "ي").replace("ۓ", "ے").replace("۔", ".").replace("ئ", "ئ")
    if encoding == "cp1256":
        return replaced
    if encoding == "big5":
        return "土耳其貿易部長在塔什干簽署協議，雙方同意提高雙邊貿易額"
    return text
