import time

import pytest
from hypothesis import given, settings

from pipeline.language.detect import backend
from pipeline.language.document import analyse
from pipeline.text.body import body_text
from pipeline.text.charsets import Charset, charsets
from pipeline.text.normalise import normalise
from pipeline.text.repair import legible, repair_edits
from pipeline.text.segment import segment
from tests.strategies import any_text

TEXTS = {
    "ur": "روس کے وزیرِ خارجہ نے «ہم منصب» سے ملاقات کی ہے۔",
    "ar": "وصل وزير الخارجية إلى العاصمة، حيث أجرى محادثات",
    "hi": "विदेश मंत्री ने बुधवार को अपने समकक्ष से मुलाकात की।",
    "bn": "পররাষ্ট্রমন্ত্রী বুধবার তাঁর সঙ্গে দেখা করেন।",
    "ru": "Министр иностранных дел – «гость» столицы – прибыл",
    "zh": "外交部长星期三在首都会见了同行。",
    "ko": "외교부 장관은 수요일 수도에서 회담했다.",
    "fr": "L’été dernier, le ministre a déjà été reçu à Bogotá",
    "de": "Das Außenministerium äußerte sich „über“ die Gespräche",
    "tr": "Dışişleri Bakanı çarşamba günü görüştü",
    "vi": "Bộ trưởng Ngoại giao đã gặp người đồng cấp",
    "en": "It’s the minister’s “third” visit — for £5m",
}
CHARSETS = {charset.name: charset for charset in charsets()}


def shown_as(text: str, charset: Charset) -> str:
    """Show the UTF-8 bytes of a text as a charset; bytes that have no sign there are control characters."""
    signs = {byte: chr(code) for code, byte in charset.to_bytes.items() if code >= 0xA0}
    return "".join(signs.get(byte, chr(byte)) if byte >= 0x80 else chr(byte) for byte in text.encode())


@pytest.mark.parametrize("name", CHARSETS)
@pytest.mark.parametrize("language", TEXTS)
def test_what_was_misread_is_repaired(language: str, name: str) -> None:
    text = TEXTS[language]
    assert legible(shown_as(text, CHARSETS[name])) == text


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("name", ["cp1252", "cp1251"])
def test_what_was_misread_twice_is_repaired(language: str, name: str) -> None:
    text, charset = TEXTS[language], CHARSETS[name]
    once = shown_as(text, charset)
    if set(once) <= set(map(chr, charset.to_bytes)) | set(map(chr, range(128))):
        assert legible(shown_as(once, charset)) == text


@pytest.mark.parametrize("language", ["ur", "ar", "hi", "bn", "ru", "zh", "ko"])
@pytest.mark.parametrize("sign", ["?", "\ufffd", ""])
def test_a_line_of_which_something_was_lost_is_left_alone(language: str, sign: str) -> None:
    shown = TEXTS[language].encode().decode("cp1252", "replace").replace("\ufffd", sign)
    if len(shown) != len(TEXTS[language].encode()) or "\ufffd" in shown or "?" in shown:
        assert legible(shown) == shown


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("other", TEXTS)
def test_real_text_is_left_alone_also_beside_misread_text(language: str, other: str) -> None:
    text = TEXTS[other]
    assert repair_edits(text) == []
    assert legible(f"{text}\n{shown_as(TEXTS[language], CHARSETS['cp1252'])}") == f"{text}\n{TEXTS[language]}"


@pytest.mark.parametrize(
    "text",
    [
        "« Il est tombé… » dit-il; là\xa0» et é…»",
        "A AMANHÃ” É O “IRMÃO” DE ÂNGELO… CAFÉ® NESTLÉ’s ITAIPÚ»",
        "«Рівне» «СІРІ» РІВНЕ В«Зените» С\xa0",
        "عکس طے، عک ئ\u200dۆ",
        "Ăştia — Äą “ß” hâlâ…” Ruiz –y–",
        "naïve Ã",
    ],
)
def test_odd_neighbours_in_real_text_are_no_mojibake(text: str) -> None:
    assert repair_edits(text) == []


def test_a_lost_no_break_space_is_put_back_where_the_line_is_misread_for_sure() -> None:
    assert legible("dÃ©jÃ  vu Ã  Paris, l'Ã©tÃ©") == "déjà vu à Paris, l'été"
    assert legible("dÃ©jÃ\xa0 vu") == "déjà vu"
    assert legible("IRMÃ MAIOR") == "IRMÃ MAIOR"


def test_a_text_cut_off_in_a_character_is_repaired_up_to_there() -> None:
    shown = shown_as("وزير الخارجية", CHARSETS["cp1252"])
    assert legible(shown[:-1]) == "وزير الخارجي" + shown[-2]


def test_an_edit_stands_for_one_character() -> None:
    shown = shown_as("یہ été", CHARSETS["cp1252"])
    assert "".join(new for _, _, new in repair_edits(shown)) == "یہéé"
    assert [end - start for start, end, _ in repair_edits(shown)] == [2, 2, 2, 2]


def test_control_characters_are_the_signs_of_the_charset_they_come_from() -> None:
    assert normalise("don\x92t \x93go\x94 \x96 now").text == 'don\'t "go" – now'
    assert normalise("&amp;Atilde;&amp;copy;t&Atilde;&copy;").text == "été"


def test_a_misread_article_is_in_the_language_it_was_written_in_and_its_body_is_body() -> None:
    text = "\n\n".join([TEXTS["ur"]] * 2)
    shown = shown_as(text, CHARSETS["cp1252"])
    document = analyse(shown, segment(None, shown), backend())
    assert (document.whole.language, {one.kind for one in document.segments}) == ("ur", {"body"})
    assert body_text(document.segments, shown) == text.replace("\n\n", "\n")


@given(any_text)
@settings(max_examples=200)
def test_repair_is_final_and_never_fails(text: str) -> None:
    once = legible(text)
    assert legible(once) == once
    ends = [0, *(edge for start, end, _ in repair_edits(text) for edge in (start, end))]
    assert ends == sorted(ends)


@pytest.mark.parametrize("unit", ["Ã©", "Ã", "é…»", "Ø±Ùˆ", "РјР°", "طظƒ", "Ã ", "â€", "à¤", "x Ã© Ã ", "ÃƒÂ©"])
def test_time_grows_with_length_not_faster(unit: str) -> None:
    def seconds(size: int) -> float:
        best = 9.0
        for _ in range(3):
            begin = time.process_time()
            legible((unit * size)[:size])
            best = min(best, time.process_time() - begin)
        return best

    seconds(1000)
    assert seconds(160_000) < 16 * 2 * seconds(10_000) + 0.02
