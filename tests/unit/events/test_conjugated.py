"""What languages with conjugated verbs say by mood, by place and by what stands behind a noun."""

from __future__ import annotations

import pytest

from tests.unit.events.reading import read, told


@pytest.mark.parametrize(
    ("language", "text", "events"),
    [
        ("es", "Chile ha condenado a Cuba.", ["ACCUSE/disapprove CHL>CUB"]),
        ("es", "Chile condenará a Cuba.", []),
        ("es", "Chile quiere condenar a Cuba.", []),
        ("es", "Chile volvió a condenar a Cuba.", ["ACCUSE/disapprove CHL>CUB"]),
        ("es", "El ministro chileno va a visitar Cuba.", ["AGREE CHL>CUB future"]),
        ("es", "Cuba fue condenada por Chile.", ["ACCUSE/disapprove CHL>CUB"]),
        ("es", "Se firmó un acuerdo entre Chile y Cuba.", ["SUPPORT CHL+CUB>-"]),
        ("fr", "Le Chili n'a pas condamné Cuba.", []),
        ("fr", "Après avoir condamné Cuba, le Chili se tait.", []),
        ("fr", "Le Chili vient de condamner Cuba.", ["ACCUSE/disapprove CHL>CUB"]),
        ("pt", "O Chile não condenou Cuba.", []),
        ("pt", "O Chile poderia condenar Cuba.", []),
    ],
)
def test_mood_and_auxiliaries_say_whether_it_happens(language: str, text: str, events: list[str]) -> None:
    assert told(language, text) == events


@pytest.mark.parametrize(
    ("language", "text", "office", "country"),
    [
        ("es", "El ministro de Exteriores ruso acusó a Chile.", "foreign minister", "RUS"),
        ("es", "El ministro ruso de Exteriores acusó a Chile.", "foreign minister", "RUS"),
        ("es", "La presidenta de Cuba acusó a Chile.", "president", "CUB"),
        ("fr", "Le ministre russe de la Défense a accusé le Chili.", "defence minister", "RUS"),
        ("pt", "O ministro dos Negócios Estrangeiros russo acusou o Chile.", "foreign minister", "RUS"),
        ("de", "Der russische Außenminister beschuldigte Chile.", "foreign minister", "RUS"),
        ("de", "Der Präsident Russlands beschuldigte Chile.", "president", "RUS"),
        ("de", "Der Präsident der Türkei beschuldigte Chile.", "president", "TUR"),
    ],
)
def test_an_office_has_its_state_behind_or_before_it(language: str, text: str, office: str, country: str) -> None:
    (mention,) = read(language, text)
    assert [(actor.office, actor.country) for actor in mention.actors] == [(office, country)]


def test_a_name_between_commas_belongs_to_the_office() -> None:
    (mention,) = read("es", "El ministro de Exteriores ruso, Piotr Ivánov, acusó a Chile.")
    assert [actor.person for actor in mention.actors] == ["Piotr Ivánov"]


def test_the_president_of_a_club_is_no_head_of_state() -> None:
    assert told("es", "El presidente del club acusó a Chile.", country="ESP") == []


def test_a_verb_alone_goes_on_with_the_subject_before() -> None:
    text = "El presidente de Cuba llegó a Perú. Además, acusó a Chile."
    assert "ACCUSE/allege CUB>CHL" in told("es", text)


def test_a_stranger_before_a_verb_is_not_taken_for_the_subject_before() -> None:
    assert told("es", "El presidente de Cuba llegó a Perú. El cantante acusó a Chile.") == ["CONSULT/visit CUB>PER"]


def test_a_subject_may_stand_behind_its_verb() -> None:
    assert told("es", "Se reunió el presidente polaco con el canciller peruano.") == ["CONSULT PER+POL>-"]


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("Russland hat Polen mit Raketen angegriffen, so die Armee.", ["ASSAULT/heavy-weapons RUS>POL"]),
        ("Russland hat Polen mit Raketen angegriffen.", ["ASSAULT/heavy-weapons RUS>POL"]),
        ("Russland greift Polen mit Raketen an.", ["ASSAULT/heavy-weapons RUS>POL"]),
        ("Am Montag griff Russland Polen mit Raketen an.", ["ASSAULT/heavy-weapons RUS>POL"]),
        ("Den russischen Botschafter hat Polen ausgewiesen.", ["SANCTION/expel POL>RUS"]),
        ("Polen wies den russischen Botschafter nicht aus.", []),
        ("Der russische Botschafter wurde von Polen ausgewiesen.", ["SANCTION/expel POL>RUS"]),
        ("Polen wird Chile besuchen.", []),
        ("Nachdem Polen Chile verurteilt hat, reist der Präsident ab.", ["ACCUSE/disapprove POL>CHL"]),
    ],
)
def test_a_predicate_may_frame_its_clause(text: str, events: list[str]) -> None:
    assert told("de", text) == events


def test_a_present_with_a_day_to_come_is_future() -> None:
    assert told("de", "Der polnische Präsident reist morgen nach Chile.") == ["AGREE POL>CHL future"]


def test_the_last_part_of_a_name_is_no_place() -> None:
    assert told("pt", "Homens armados mataram o soldado Luciano Albuquerque.") == []


def test_who_stands_right_behind_a_deed_has_done_it() -> None:
    assert told("es", "Chile condenó la decisión de Israel.") == ["ACCUSE/disapprove CHL>ISR"]
    assert told("es", "Chile condenó el plan de salir de la Unión Europea.") == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "Hombres armados mataron a dos turistas chilenos en un atraco en Perú."),
        ("fr", "Des hommes armés ont tué deux touristes chiliens lors d'un braquage au Pérou."),
        ("pt", "Homens armados mataram dois turistas chilenos num assalto no Peru."),
        ("es", "Un tribunal chileno condenó a la empresa peruana a pagar una multa."),
    ],
)
def test_crime_and_courts_are_no_politics(language: str, text: str) -> None:
    assert told(language, text) == []


def test_a_preposition_that_is_also_an_article_is_one_behind_a_verb() -> None:
    assert told("pt", "O Chile acusou a Rússia.") == ["ACCUSE/allege CHL>RUS"]
    assert told("fr", "Des soldats russes ont tué des soldats chiliens dans une embuscade.") == ["ASSAULT RUS>CHL"]


def test_two_states_may_share_an_office() -> None:
    assert told("fr", "Les présidents du Chili et du Pérou se sont rencontrés.") == ["CONSULT CHL+PER>-"]
    assert told("es", "Los ministros de Exteriores ruso y chino se reunieron.") == ["CONSULT CHN+RUS>-"]
