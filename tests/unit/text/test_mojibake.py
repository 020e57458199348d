from pipeline.text.mojibake import lost, misread, repaired


def test_question_marks_in_place_of_letters_are_found() -> None:
    assert lost("???????? ???? ???????? pic.twitter.com/x") == (0, 22)
    assert lost("a \ufffd\ufffd\ufffd b") == (2, 5)
    assert lost("Really??") is None


def test_text_read_in_the_wrong_encoding_is_told() -> None:
    urdu = "روس اور پاکستان کے درمیان مذاکرات ہوئے"
    assert misread(urdu.encode().decode("latin-1"))
    assert misread("министр иностранных дел".encode().decode("latin-1"))
    assert repaired(urdu.encode().decode("latin-1")) == urdu


def test_real_text_with_accents_is_no_mojibake() -> None:
    assert not misread("À l’été, où êtes-vous allée, chère Zoë? Élève à l’école française.")
    assert not misread("Das Außenministerium äußerte sich über die Gespräche")
    assert not misread("روس اور پاکستان")
