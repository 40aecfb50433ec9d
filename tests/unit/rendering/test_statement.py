"""A statement as data and as HTML: what it says, and what it never says."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from made_up_answers import (
    ASKED,
    ESTIMATE,
    ESTIMATED_INDEX,
    HOSTILE,
    LAT,
    LON,
    NEW,
    OFFICIAL_INDEX,
    OLD,
    ON,
    SHA_2015,
    SHA_2024,
    SHA_ESTIMATE,
    estimated,
    landmark,
    not_found,
    official,
    overflowing,
    position,
)

import geoville
from geoville.eligibility.decide import decide
from geoville.eligibility.index import PerimeterIndex
from geoville.model import Answer, Kind, PositionType
from geoville.rendering.statement.sheet import statement_html
from geoville.rendering.statement.text import Statement, statement


def stated(answer: Answer, index: PerimeterIndex = OFFICIAL_INDEX, asked: str = ASKED, places=()) -> Statement:
    return statement(answer, asked, index=index, landmarks=places, issued=ON)


def lines(made: Statement, title: str) -> list[str]:
    (section,) = [section for section in made.sections if section.title == title]
    return [plain(line.text) for line in section.lines]


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def facts(made: Statement) -> dict[str, str]:
    return {label: plain(value) for label, value in made.facts}


def notices(made: Statement) -> list[str]:
    return [plain(notice.title) for notice in made.notices]


def test_an_official_answer_says_which_decree_and_is_no_act_of_the_state():
    made = stated(official(), OFFICIAL_INDEX)
    assert made.verdict == "DEHORS"
    assert notices(made) == ["D'après un contour officiel"]
    assert "sans le remplacer" in made.notices[0].text
    shown = facts(made)
    assert shown["Question posée"] == f"« {ASKED} »"
    assert shown["Adresse trouvée"] == "12 Rue de l'Exemple, 62100 Calais"
    assert shown["Jour de la question"] == "15 janvier 2026"
    assert shown["Précision de la position"] == "à 15 m près, entrée du bâtiment (BAN)"
    assert shown["Qualité de la réponse, échelle de l'Insee"] == "1, sûre"
    assert shown["Périmètre le plus proche"] == "Fort Nieulay (QN06253M)"
    assert shown["Nature"] == "Quartier prioritaire (QPV), génération 2024, en vigueur depuis le 1er janvier 2024"
    assert shown["Texte"] == NEW.reference
    assert shown["Limite"] == "position à l'extérieur, à 60 m de la limite"
    assert "n'émane pas de l'État" in made.scope
    assert geoville.__version__ in made.scope
    assert made.issued_line == "Établi le 15 janvier 2026"


def test_each_generation_is_told_with_its_days():
    assert lines(stated(official()), "Selon la génération de QPV") == [
        "Génération 2015 (en vigueur du 1er janvier 2015 au 31 décembre 2023) : dedans, « Fort Nieulay » (QP062055).",
        "Génération 2024, celle du jour demandé (en vigueur depuis le 1er janvier 2024) : dehors, "
        "« Fort Nieulay » (QN06253M), à 60 m.",
    ]


def test_rules_are_told_by_what_is_left_to_do():
    assert lines(stated(official()), "Règles que le lieu peut ouvrir") == [
        "Condition de lieu remplie : Adultes-relais (Texte de Adultes-relais).",
        "Condition de lieu presque remplie : TVA à 5,5 % (Texte de TVA à 5,5 %, texte à vérifier).",
        "À vérifier : Emplois francs.",
    ]


def test_sources_are_those_of_the_answer_then_of_the_map_with_their_checksums():
    made = stated(official(), OFFICIAL_INDEX, places=(landmark("Collège", 100, -200),))
    (section,) = [section for section in made.sections if section.title == "Sources"]
    assert [line.detail for line in section.lines if line.detail] == [f"sha256 {SHA_2024}", f"sha256 {SHA_2015}"]
    assert lines(made, "Sources")[2:] == ["Adresse : BAN 2025", "Lieux repères : Liste des lieux"]


def test_an_estimate_is_indicative():
    made = stated(estimated(), ESTIMATED_INDEX)
    assert made.verdict == "DEDANS"
    assert notices(made) == ["Indicatif, sans valeur réglementaire"]
    assert "estimé, sans valeur réglementaire" in facts(made)["Nature"]
    assert facts(made)["Qualité de la réponse, échelle de l'Insee"] == "2, probable, par rapport au périmètre estimé"
    assert SHA_ESTIMATE in statement_html(made)


def test_an_official_answer_within_an_estimate_says_so():
    index = PerimeterIndex([NEW, ESTIMATE])
    made = stated(decide(position(), index, ON), index)
    assert notices(made) == ["D'après un contour officiel"]
    assert plain(made.notices[0].text).endswith("Ce qu'il montre d'estimé est indicatif, sans valeur réglementaire.")


@pytest.mark.parametrize("answer", [not_found(), official(accuracy_m=80.0)], ids=["not found", "uncertain"])
def test_no_answer_is_never_a_no(answer):
    made = stated(answer, OFFICIAL_INDEX)
    assert made.verdict in {"INCONNU", "À VÉRIFIER"}
    assert notices(made) == ["Ce n'est pas un « non »", "Indicatif, sans valeur réglementaire"]


def test_what_is_not_found_has_no_map_and_no_perimeter():
    made = stated(not_found(), ESTIMATED_INDEX)
    assert made.drawing is None
    assert facts(made)["Adresse trouvée"] == "aucune"
    assert "Périmètre" not in facts(made)
    assert "<svg" not in statement_html(made)


def test_no_contour_in_force_is_indicative_and_still_drawn():
    index = PerimeterIndex([OLD])
    made = stated(decide(position(), index, ON), index)
    assert made.verdict == "INCONNU"
    assert notices(made) == ["Ce n'est pas un « non »", "Indicatif, sans valeur réglementaire"]
    assert made.drawing is not None
    assert made.drawing.limit == ""
    assert "hors vigueur" in made.drawing.description


def test_coordinates_are_not_repeated_as_an_address():
    typed = replace(position(0.0), type=PositionType.COORDINATES, label=f"{LON}, {LAT}", accuracy_reason="exactes")
    shown = facts(stated(decide(typed, OFFICIAL_INDEX, ON), asked=f"{LON}, {LAT}"))
    assert "Adresse trouvée" not in shown
    assert shown["Position (WGS 84)"] == "longitude 1,88°, latitude 50,95°"
    assert shown["Précision de la position"] == "exactes"


def test_the_page_escapes_whatever_was_typed_or_read():
    index = PerimeterIndex([replace(NEW, name=HOSTILE, code=HOSTILE, reference=HOSTILE), OLD])
    answer = decide(position(label=HOSTILE), index, ON)
    made = stated(answer, index, HOSTILE, (landmark(HOSTILE, 100, -200),))
    page = statement_html(made)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "49" not in facts(made)["Question posée"]
    assert "\u202e" not in page
    assert "\x00" not in page


def test_the_page_fetches_nothing_and_runs_nothing():
    page = statement_html(stated(official(), OFFICIAL_INDEX))
    assert re.findall(r"https?://|src=|href=|<script|@import|url\(", page) == []
    assert "default-src 'none'" in page
    assert '<html lang="fr">' in page


def test_the_same_statement_gives_the_same_page():
    first, second = (statement_html(stated(official(), OFFICIAL_INDEX)) for _ in range(2))
    assert first == second
    other = statement(official(), ASKED, index=OFFICIAL_INDEX, landmarks=(), issued=date(2026, 1, 16))
    assert statement_html(other) != first


def test_long_lists_are_counted_rather_than_dropped():
    answer, index = overflowing()
    made = stated(answer, index)
    assert all(len(section.lines) <= 5 for section in made.sections)
    assert lines(made, "Motifs")[-1].startswith("… et 17 autres")


def test_a_kind_that_does_not_answer_is_drawn_only_where_it_holds_the_position():
    around = replace(ESTIMATE, code="V2", kind=Kind.VEILLE, geometry=OLD.geometry)
    beside = replace(ESTIMATE, code="V3", kind=Kind.VEILLE, geometry=NEW.geometry)
    index = PerimeterIndex([NEW, around, beside])
    made = stated(decide(position(), index, ON), index)
    assert made.drawing is not None
    assert [perimeter.code for perimeter in made.drawing.perimeters] == ["V2", "QN06253M"]
