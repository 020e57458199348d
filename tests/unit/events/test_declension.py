from __future__ import annotations

from pipeline.events.declension import declined

TABLE = {
    "undeclined": ["Конго"],
    "own": {"посол": {"genitive": ["посла"], "dative": ["послу"], "instrumental": ["послом"], "prepositional": ["после"]}},
    "nouns": {
        "ия": {
            "genitive": ["ии"], "dative": ["ии"], "accusative": ["ию"], "instrumental": ["ией"], "prepositional": ["ии"],
        },
        "р": {"genitive": ["ра"], "dative": ["ру"], "instrumental": ["ром"], "prepositional": ["ре"]},
    },
    "adjectives": {
        "ая": {
            "genitive": ["ой"], "dative": ["ой"], "accusative": ["ую"], "instrumental": ["ой"], "prepositional": ["ой"],
        },
    },
}  # fmt: skip


def forms(phrase: str, case: str, *, whole: bool = False, animate: bool = False) -> set[str]:
    return {form for form, name in declined(phrase, TABLE, whole=whole, animate=animate) if name == case}


def test_adjectives_decline_with_the_first_noun_and_what_stands_behind_it_stays() -> None:
    assert forms("Саудовская Аравия", "accusative") == {"Саудовскую Аравию"}
    assert forms("министр иностранных дел", "instrumental") == {"министром иностранных дел"}


def test_the_accusative_of_who_lives_is_the_genitive_of_what_does_not_the_nominative() -> None:
    assert forms("министр", "accusative", animate=True) == {"министра"}
    assert forms("министр", "accusative") == {"министр"}


def test_words_of_their_own_and_words_without_endings_come_first() -> None:
    assert forms("посол", "dative") == {"послу"}
    assert forms("Конго", "genitive") == {"Конго"}


def test_a_word_that_no_rule_fits_has_one_form_in_all_cases() -> None:
    assert set(declined("США", TABLE, whole=False, animate=False)) == {
        ("США", case) for case in ("nominative", "genitive", "dative", "accusative", "instrumental", "prepositional")
    }
