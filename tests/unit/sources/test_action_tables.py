"""Tables of actions as towns hold them: columns, rows that are no action, periods and amounts."""

from __future__ import annotations

from datetime import date

import pytest

from geoville.errors import InvalidInputError
from geoville.sources.action_tables import (
    Meaning,
    RowKind,
    StatedPeriod,
    amount_in,
    meaning_of,
    period_in,
    quarters_in,
    recognised_columns,
    row_kind,
    stated_period,
)

MONTPELLIER = (
    "Code",
    "Structure",
    "Type",
    "Nom du projet",
    "Montant",
    "proposée 2014",
    "Montant déjà attribué 2014",
    "Etape",
    "Exercice",
    "Date de réalisation du projet",
    "Montant Demandé 2014",
    "Thématique",
)
SCDL = (
    "nomAttribuant",
    "idAttribuant",
    "dateConvention",
    "referenceDecision",
    "nomBeneficiaire",
    "idBeneficiaire",
    "rnaBeneficiaire",
    "objet",
    "montant",
    "nature",
    "conditionsVersement",
    "datesPeriodeVersement",
    "idRAE",
    "notificationUE",
    "pourcentageSubvention",
    "dispositifAide",
)


def named(columns, **said):
    found = recognised_columns(columns, "actions.csv", {Meaning[key]: name for key, name in said.items()})
    return {key: columns[place] for key, place in found.items()}


def test_the_list_of_a_town_is_read_as_it_is_published():
    assert named(MONTPELLIER) == {
        Meaning.TITLE: "Nom du projet",
        Meaning.BEARER: "Structure",
        Meaning.PERIOD: "Date de réalisation du projet",
        Meaning.YEAR: "Exercice",
        Meaning.AMOUNT: "Montant",
        Meaning.THEME: "Thématique",
    }


def test_the_national_schema_of_subsidies_is_read_as_it_is():
    found = named(SCDL)
    assert found[Meaning.BEARER] == "nomBeneficiaire"
    assert found[Meaning.SIRET] == "idBeneficiaire"
    assert found[Meaning.RNA] == "rnaBeneficiaire"
    assert found[Meaning.TITLE] == "objet"
    assert found[Meaning.PERIOD] == "datesPeriodeVersement"


@pytest.mark.parametrize(
    ("written", "meaning"),
    [
        ("INTITULÉ DE L'ACTION", Meaning.TITLE),
        ("Nom de l’association", Meaning.BEARER),
        ("Lieu de réalisation", Meaning.PLACE),
        ("QPV concernés", Meaning.QUARTERS),
        ("Montant demandé 2026 (en €)", Meaning.AMOUNT),
        ("Date de début *", Meaning.START),
    ],
)
def test_a_name_is_known_whatever_its_case_accents_and_asides(written, meaning):
    columns = ("Titre", written) if meaning is not Meaning.TITLE else (written,)
    assert named(columns)[meaning] == written


def test_what_the_user_names_comes_before_what_is_recognised():
    columns = ("Projet", "Montant", "Versé", "Adresse")
    assert named(columns, AMOUNT="verse")[Meaning.AMOUNT] == "Versé"
    with pytest.raises(InvalidInputError, match=r"Colonne absente.*colonne Payé"):
        named(columns, AMOUNT="Payé")


def test_a_table_of_something_else_is_refused_with_its_columns():
    with pytest.raises(InvalidInputError, match=r"Aucune colonne ne dit.*Lot, Surface.*--column lieu"):
        recognised_columns(("Lot", "Surface"), "lots.csv")


def test_what_may_be_named_is_told():
    assert meaning_of("Code postal") is Meaning.POSTCODE
    with pytest.raises(InvalidInputError, match="titre, porteur"):
        meaning_of("couleur")


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["Atelier", "Asso", "1 rue A", "100"], RowKind.ACTION),
        (["", " ", "", ""], RowKind.BLANK),
        (["Titre", "PORTEUR", "Lieu", "Montant"], RowKind.HEADER),
        (["", "", "TOTAL", "12 300"], RowKind.TOTAL),
        (["Sous-total", "", "", "300,00 €"], RowKind.TOTAL),
        (["Total Danse", "Asso", "1 rue A", "100"], RowKind.ACTION),
        (["Fête", "TOTAL FESTUM", "", "100"], RowKind.ACTION),
        (["", "Lieu", "", ""], RowKind.ACTION),
    ],
)
def test_rows_that_are_no_action_are_told_from_those_that_are(cells, kind):
    known = ("Titre", "Porteur", "Lieu", "Montant")
    assert row_kind(cells, known, recognised_columns(known, "a.csv")) is kind


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2024-01-01/2024-12-31", date(2024, 1, 1), date(2024, 12, 31)),
        ("01/09/2023 - 30/06/2024", date(2023, 9, 1), date(2024, 6, 30)),
        ("01/01/14->30/09/14", date(2014, 1, 1), date(2014, 9, 30)),
        ("DU 19 AU 21 AVRIL 2014", date(2014, 4, 19), date(2014, 4, 21)),
        ("26/27/28 septembre 2014", date(2014, 9, 26), date(2014, 9, 28)),
        ("JANVIER A JUIN 2014", date(2014, 1, 1), date(2014, 6, 30)),
        ("septembre 2023 à juin 2024", date(2023, 9, 1), date(2024, 6, 30)),
        ("1er mars 2024", date(2024, 3, 1), date(2024, 3, 1)),
        ("février 2024", date(2024, 2, 1), date(2024, 2, 29)),
        ("ANNEE 2014", date(2014, 1, 1), date(2014, 12, 31)),
    ],
)
def test_periods_are_read_as_people_write_them(text, start, end):
    assert period_in(text) == StatedPeriod(start, end)


def test_of_a_period_half_understood_the_year_is_kept_and_said():
    read = period_in("février, Pâques 2014")
    assert read is not None
    assert (read.start, read.end) == (date(2014, 1, 1), date(2014, 12, 31))
    assert "février, Pâques 2014" in read.remark
    assert period_in("vacances scolaires") is None


def test_the_year_stands_in_where_the_dates_say_nothing():
    read = stated_period({Meaning.PERIOD: "vacances", Meaning.YEAR: "2014"})
    assert (read.start, read.end) == (date(2014, 1, 1), date(2014, 12, 31))
    assert "vacances" in read.remark


def test_one_day_alone_is_the_whole_period():
    read = stated_period({Meaning.START: "2024-05-03"})
    assert (read.start, read.end) == (date(2024, 5, 3), date(2024, 5, 3))


def test_days_in_the_wrong_order_are_refused():
    with pytest.raises(InvalidInputError, match="dans l'ordre"):
        stated_period({Meaning.START: "2024-05-03", Meaning.END: "2024-05-01"})


@pytest.mark.parametrize(
    ("text", "euros"),
    [
        ("1 234,50 €", 1234.5),
        ("1\N{NARROW NO-BREAK SPACE}234 EUR", 1234.0),
        ("2.000", 2000.0),
        ("1,500.00", 1500.0),
        ("1.500,00", 1500.0),
        ("300", 300.0),
        ("12,5", 12.5),
        ("1 proposée", None),
        ("", None),
    ],
)
def test_amounts_are_read_in_french_and_in_english(text, euros):
    assert amount_in(text) == euros


def test_several_quarters_may_stand_in_a_cell():
    assert quarters_in("QN06254M ; Fort  Nieulay, Beau Marais|") == ("QN06254M", "Fort Nieulay", "Beau Marais")
