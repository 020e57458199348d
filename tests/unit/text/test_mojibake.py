import pytest

from pipeline.text.mojibake import lost, misread, suspects
from pipeline.text.normalise import normalise

URDU = "روس اور پاکستان کے درمیان مذاکرات ہوئے"


def test_question_marks_in_place_of_letters_are_found() -> None:
    assert lost("???????? ???? ???????? pic.twitter.com/x") == (0, 22)
    assert lost("a \ufffd\ufffd\ufffd b") == (2, 5)
    assert lost("Really??") is None


@pytest.mark.parametrize("errors", ["replace", "ignore"])
@pytest.mark.parametrize("text", [URDU, "министр иностранных дел приехал", "मंत्री ने कहा कि बातचीत हुई"])
def test_misread_text_that_is_not_whole_any_more_is_told(text: str, errors: str) -> None:
    shown = normalise(text.encode().decode("cp1252", errors)).text
    assert misread(shown, suspects(shown))


@pytest.mark.parametrize(
    "text",
    [
        "À l’été, où êtes-vous allée, chère Zoë? Élève à l’école française.",
        "Das Außenministerium äußerte sich über die Gespräche",
        "A AMANHÃ” É O “IRMÃO” DE ÂNGELO… ÇA ÉTÉ",
        URDU,
        "Рівненська область: «Рівне» і «СІРІ» – №5, С° та В±",
        "عکس: طے، «عک»؛ غ؟",
        '"الف" "ب" "ج" "د" "ہ"',
        '"один" "два" "пять" "пол" а? в? с? к?',
    ],
)
def test_real_text_is_no_mojibake(text: str) -> None:
    assert not misread(text, suspects(text))
    assert not misread(normalise(text).text, suspects(normalise(text).text))
