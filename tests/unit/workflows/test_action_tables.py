"""Tables of actions, answered row by row in the pack of Calais: as they come, with seats, quarters and decisions."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from asked_actions import INSIDE, TODAY, check, homes_file

from geoville.eligibility.actions.action import ActionGround as Ground
from geoville.errors import InvalidInputError
from geoville.sources.action_tables import Meaning
from geoville.workflows.action_report import changes_since, write_report
from geoville.workflows.action_tables import ADDED_COLUMNS, TableChoices, check_table

OUTSIDE = "1.8660,50.9400"
VEILLE = "1.8876,50.9416"
VECU = "Collège Martin Luther King"


def answers(desk, folder, *lines, name="actions.csv", **choices):
    """Rows of a table, as checked."""
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return check_table(desk, path, folder / "out.csv", on=None, today=TODAY, choices=TableChoices(**choices))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A call for projects whose third action has a fault, and whose fourth was not found."""
    homes_file(tmp_path, *["1 rue Youri Gagarine;62100 Calais"] * 30)
    path = tmp_path / "actions.csv"
    rows = [
        "Titre;Porteur;Lieu;Début;Fin;Part QPV;Fichier adresses;N°",
        f"Devoirs;=cmd();{INSIDE};01/09/2023;30/06/2024;60 %;;007",
        "=1+1;B;1.866,50.94|1.865,50.94;2024-01-01;2024-12-31;;domiciles.csv;008",
        f"Sport;C;{INSIDE};2024-12-31;2024-01-01;;;009",
        "Jardin;D;12 rue de l'Inconnue, 62100 Calais;;;;;010",
    ]
    path.write_bytes("\r\n".join(rows).encode("cp1252"))
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="cp1252", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=";"))


def test_every_row_of_a_table_has_an_answer_or_a_fault(desk, table, tmp_path):
    out = tmp_path / "reponses.csv"
    check_table(desk, table, out, on=None, today=TODAY).write(out)
    rows = read(out)
    assert [(row["action_statut"], row["action_ligne"], row["action_fondement"]) for row in rows] == [
        ("ok", "2", "in_qpv"),
        ("ok", "3", "elsewhere_with_evidence"),
        ("error", "4", ""),
        ("ok", "5", "unknown"),
    ]
    assert "colonne Fin" in rows[2]["action_raison"]
    assert [row["N°"] for row in rows] == ["007", "008", "009", "010"]
    assert "génération" in rows[0]["action_raison"]


def test_a_row_says_what_the_action_alone_is_told(desk, table, tmp_path):
    checked = check_table(desk, table, tmp_path / "out.csv", on=None, today=TODAY)
    alone = check(desk, tmp_path, places=[INSIDE], start="2023-09-01", end="2024-06-30", public={"share_in_qpv": 0.6})
    assert checked.findings[0].stages == alone.stages
    assert checked.findings[0].readings == alone.readings


def test_what_is_added_is_never_run_as_a_formula(desk, table, tmp_path):
    out = tmp_path / "reponses.csv"
    check_table(desk, table, out, on=None, today=TODAY).write(out)
    for row in read(out):
        for column in ADDED_COLUMNS:
            assert not row[column.name].startswith(("=", "+", "-", "@"))


def test_a_workbook_gives_a_workbook(desk, tmp_path):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.append(["Intitulé de l’action", "Lon", "Lat", "Date de début", "Date de fin"])
    sheet.append(["Atelier", 1.8945, 50.9540, date(2024, 1, 1), date(2024, 12, 31)])
    source, out = tmp_path / "actions.xlsx", tmp_path / "reponses.xlsx"
    workbook.save(source)
    check_table(desk, source, out, on=None, today=TODAY).write(out)
    header, row = openpyxl.load_workbook(out).active.iter_rows(values_only=True)
    told = dict(zip(header, row, strict=True))
    assert (told["Lon"], told["action_statut"], told["action_ligne"]) == (1.8945, "ok", 2)
    assert told["action_fondement"] == "in_qpv"


@pytest.mark.parametrize(
    ("header", "said"),
    [("Lot;Surface;Prix", "Aucune colonne ne dit"), ("Titre;Lieu;action_statut", "d'origine")],
    ids=["no action", "answered already"],
)
def test_a_table_that_describes_no_action_is_refused(desk, tmp_path, header, said):
    path = tmp_path / "actions.csv"
    path.write_text(f"{header}\na;b;c\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match=said):
        check_table(desk, path, tmp_path / "out.csv", on=None, today=TODAY)


def test_the_provenance_says_under_which_count_nothing_is_published(desk, table, tmp_path):
    out = tmp_path / "reponses.csv"
    check_table(desk, table, out, on=None, today=TODAY).write(out)
    provenance = json.loads((tmp_path / "reponses.csv.provenance.json").read_text(encoding="utf-8"))
    assert provenance["law"][0]["parameter"] == "secrecy_threshold"
    assert provenance["inputs"][0]["role"] == "actions"


def test_an_action_is_named_by_its_title_else_its_bearer_else_its_line(desk, tmp_path):
    found = answers(desk, tmp_path, "Titre;Porteur;Lieu", f"Atelier;Asso;{INSIDE}", f";Asso;{INSIDE}", f";;{INSIDE}")
    assert [finding.action.title for finding in found.findings] == ["Atelier", "Asso", "ligne 4"]


def test_blank_repeated_and_total_rows_are_kept_and_said(desk, tmp_path):
    lines = ("Titre;Lieu;Montant", f"Atelier;{INSIDE};100", ";;", "Titre;Lieu;Montant", "Total;;100")
    found = answers(desk, tmp_path, *lines)
    assert [row.status for row in found.checked] == ["ok", "skipped", "skipped", "skipped"]
    found.write(tmp_path / "out.csv")
    written = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(";")[:3] for line in written[1:]] == [line.split(";") for line in lines[1:]]
    assert found.summary().whole.euros == 100


def test_a_row_without_a_place_is_answered_with_what_is_missing(desk, tmp_path):
    [row] = answers(desk, tmp_path, "Titre;Porteur", "Atelier;Asso").checked
    assert row.status == "ok"
    assert row.finding is not None
    assert row.finding.ground is Ground.UNKNOWN
    assert "Le lieu de l'action n'est pas donné" in row.finding.stages[0].reason


def test_what_an_answer_does_not_need_never_refuses_a_row(desk, tmp_path):
    header = "Titre;Lieu;Montant;Part QPV;Date"
    [row] = answers(desk, tmp_path, header, f"Atelier;{INSIDE};à voir;beaucoup;vacances").checked
    assert row.finding is not None
    assert row.finding.ground is Ground.IN_QPV
    assert len(row.remarks) == 4, "the amount, the share, the dates, and the day judged instead"
    assert any("colonne Part QPV" in text for text in row.remarks)


def test_the_place_stands_over_the_columns_that_an_envelope_has(desk, tmp_path):
    lines = ("Titre;Adresse;CP;Ville", "Atelier;1 rue Youri Gagarine;62100;Calais")
    [finding] = answers(desk, tmp_path, *lines).findings
    assert finding.stages[0].spots[0].label == "1 Rue Youri Gagarine, 62100 Calais"


def test_coordinates_answer_where_the_address_is_not_found(desk, tmp_path):
    header = "Titre;Adresse;Longitude;Latitude"
    [lost] = answers(desk, tmp_path, header, "A;12 rue de l'Inconnue, 62100 Calais;1,8945;50,9540").findings
    assert lost.ground is Ground.IN_QPV


def test_the_columns_that_a_user_names_are_read(desk, tmp_path):
    lines = ("Quoi;Où;Combien", f"Atelier;{INSIDE};1 200,50 €")
    columns = {Meaning.TITLE: "Quoi", Meaning.PLACE: "Où", Meaning.AMOUNT: "Combien"}
    [row] = answers(desk, tmp_path, *lines, columns=columns).checked
    assert row.finding is not None
    assert (row.finding.action.title, row.amount, row.finding.ground) == ("Atelier", 1200.5, Ground.IN_QPV)


def test_a_call_for_projects_among_vecu_and_veille(desk, tmp_path):
    header = "Intitulé de l'action;Lieu;Part QPV;Année"
    rows = (f"Dans;{INSIDE};;2026", f"Veille;{VEILLE};;2026", f"Vécu;{VECU};60 %;2026", f"Ailleurs;{OUTSIDE};;2026")
    found = answers(desk, tmp_path, header, *rows)
    assert [finding.ground for finding in found.findings] == [
        Ground.IN_QPV,
        Ground.IN_VEILLE,
        Ground.IN_VECU,
        Ground.OUTSIDE_QPV,
    ]


SCDL = (
    "nomAttribuant,idAttribuant,dateConvention,referenceDecision,nomBeneficiaire,idBeneficiaire,rnaBeneficiaire,objet,"
    "montant,nature,conditionsVersement,datesPeriodeVersement,idRAE,notificationUE,pourcentageSubvention,dispositifAide"
)


def test_the_national_schema_of_subsidies_is_answered_as_it_is(desk, tmp_path):
    row = (
        "Ville de Calais (inventé),21620193600013,2026-01-10,D-1,Association inventée,12345678900011,W621000000,Sport,"
        "1500.00,aide en numéraire,unique,2026-02-01/2026-06-30,,non,1,"
    )
    bearers = tmp_path / "associations.csv"
    bearers.write_text(f"siret;nom;adresse\n123 456 789 00011;Autre nom;{INSIDE}\n", encoding="utf-8")
    [checked] = answers(desk, tmp_path, SCDL, row, bearers=bearers).checked
    assert checked.finding is not None
    action = checked.finding.action
    assert (action.title, action.bearer, checked.amount) == ("Sport", "Association inventée", 1500.0)
    assert (action.start, action.end) == (date(2026, 2, 1), date(2026, 6, 30))
    assert checked.seat.words == "Siège du porteur (par le SIRET), pas le lieu de l'action : dans QN06254M."
    assert checked.finding.ground is Ground.UNKNOWN, "a seat is not the place of an action"


def test_a_seat_is_the_place_only_where_it_is_asked(desk, tmp_path):
    bearers = tmp_path / "associations.csv"
    bearers.write_text(
        f"NomAsso;Adresse\nClub Un;{INSIDE}\nClub Deux;{INSIDE}\nCLUB DEUX;{OUTSIDE}\n", encoding="utf-8"
    )
    lines = ("Porteur;Montant", "club un;10", "Club Deux;20", "Club Trois;30")
    asked = answers(desk, tmp_path, *lines, bearers=bearers, seat_as_place=True)
    assert [finding.ground for finding in asked.findings] == [Ground.IN_QPV, Ground.UNKNOWN, Ground.UNKNOWN]
    assert any("siège du porteur, pris pour lieu comme demandé" in text for text in asked.checked[0].remarks)
    assert "2 adresses" in asked.checked[1].seat.words
    assert "pas dans la liste" in asked.checked[2].seat.words
    with pytest.raises(InvalidInputError, match="--bearers"):
        TableChoices(seat_as_place=True)


def test_quarters_that_the_bearer_declares_are_compared(desk, tmp_path):
    lines = ("Titre;Lieu;Quartiers;Année", f"A;{INSIDE};QN06254M;2026", f"B;{INSIDE};QP062056;2026")
    found = answers(desk, tmp_path, *lines)
    found.write(tmp_path / "out.csv")
    told = pd.read_csv(tmp_path / "out.csv", sep=";")
    assert list(told["action_qpv_declares"]) == ["accord", "contradiction"]


def test_the_share_of_qpv_around_a_place_is_estimated_only_where_it_is_asked(desk, tmp_path):
    lines = ("Titre;Lieu", f"Dans;{INSIDE}", f"Ailleurs;{OUTSIDE}")
    assert [row.catchment_share for row in answers(desk, tmp_path, *lines).checked] == [None, None]
    near, far = (row.catchment_share for row in answers(desk, tmp_path, *lines, catchment_m=300.0).checked)
    assert near is not None
    assert far is not None
    assert 0.5 < near <= 1
    assert far < near
    with pytest.raises(InvalidInputError, match="rayon"):
        TableChoices(catchment_m=-1)


def test_what_somebody_decided_is_taken_back_and_never_replaced(desk, tmp_path):
    lines = ("Titre;Lieu;Montant", f"Atelier;{INSIDE};100", f"Sport;{OUTSIDE};50")
    answers(desk, tmp_path, *lines).write(tmp_path / "out.csv")
    told = pd.read_csv(tmp_path / "out.csv", sep=";", dtype=str)
    told.loc[1, ["action_decision", "action_decision_par", "action_decision_le"]] = ["retenue", "MD", "2026-02-01"]
    told.to_csv(tmp_path / "decisions.csv", sep=";", index=False)
    moved = (lines[0], "Nouvelle;;10", lines[2].replace(";50", ";75"), lines[1])
    again = answers(desk, tmp_path, *moved, decisions=tmp_path / "decisions.csv")
    assert [row.decision and row.decision.text for row in again.checked] == [None, "retenue", None]
    again.write(tmp_path / "again.csv")
    kept = pd.read_csv(tmp_path / "again.csv", sep=";", dtype=str)
    assert kept.loc[1, "action_decision_par"] == "MD"
    assert kept.loc[1, "action_fondement"] == "outside_qpv", "what is computed stands beside"


def test_figures_of_the_report_are_those_of_a_plain_sum(desk, tmp_path):
    lines = (
        "Titre;Lieu;Montant;Thème;Année",
        f"A;{INSIDE};100;Sport;2026",
        f"B;{INSIDE};50,50;Culture;2026",
        f"C;{OUTSIDE};200;Sport;2026",
        "D;;1000;;2026",
    )
    found = answers(desk, tmp_path, *lines)
    found.write(tmp_path / "out.csv")
    write_report(found, tmp_path / "out.xlsx", issued=TODAY)
    told = pd.read_csv(tmp_path / "out.csv", sep=";")
    sheets = pd.read_excel(tmp_path / "out.xlsx", sheet_name=None, engine="openpyxl")
    assert set(sheets) == {"Synthèse", "Par QPV", "Par thème", "À compléter", "Lignes sans réponse", "Sources"}
    euros = told.groupby("action_qpv")["action_montant"].sum()
    by_quarter = sheets["Par QPV"].set_index("Code")["Euros"]
    assert by_quarter.to_dict() == euros.to_dict() == {"QN06254M": 150.5}
    by_theme = sheets["Par thème"].set_index("Thème")["Euros"]
    assert by_theme.to_dict() == {"(non dit)": 1000.0, "Sport": 300.0, "Culture": 50.5}
    assert list(sheets["À compléter"]["Action"]) == ["C", "D"]


def test_the_page_of_a_table_is_one_page_that_says_its_figures(desk, tmp_path):
    found = answers(desk, tmp_path, "Titre;Lieu;Montant", f"A;{INSIDE};100", f"B;{OUTSIDE};300")
    write_report(found, tmp_path / "a.pdf", issued=TODAY)
    write_report(found, tmp_path / "b.pdf", issued=TODAY)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    content = (tmp_path / "a.pdf").read_bytes()
    assert content.count(b"/Type /Page\n") == 1
    with pytest.raises(InvalidInputError, match="xlsx"):
        write_report(found, tmp_path / "a.txt", issued=TODAY)


def test_two_years_are_compared_by_what_reaches_the_quarters(desk, tmp_path):
    header = "Titre;Lieu;Montant;Thème"
    answers(desk, tmp_path, header, f"A;{INSIDE};100;Sport", f"B;{OUTSIDE};300;Sport").write(tmp_path / "2025.csv")
    now = answers(desk, tmp_path, header, f"A;{INSIDE};250,5;Sport", f"C;{INSIDE};50;Culture")
    write_report(now, tmp_path / "r.xlsx", issued=TODAY, changes=changes_since(tmp_path / "2025.csv", now))
    told = pd.read_excel(tmp_path / "r.xlsx", sheet_name="Deux tableaux", engine="openpyxl")
    changes = dict(zip(told.iloc[:, 1], told["Différence"], strict=True))
    assert changes["Toutes les actions"] == pytest.approx(300.5 - 400)
    assert changes["Dans un QPV, d'après un contour officiel"] == pytest.approx(300.5 - 100)
    assert changes["Culture"] == 50
    assert changes["Sport"] == pytest.approx(250.5 - 400)
    (tmp_path / "autre.csv").write_text("Titre;Lieu\nA;B\n", encoding="utf-8")
    with pytest.raises(InvalidInputError, match="déjà répondu"):
        write_report(now, tmp_path / "s.xlsx", issued=TODAY, changes=changes_since(tmp_path / "autre.csv", now))


def test_two_lists_of_homes_that_could_be_subtracted_are_not_both_counted(desk, tmp_path):
    homes_file(tmp_path, *["1 rue Youri Gagarine;62100 Calais"] * 40)
    (tmp_path / "plus-deux.csv").write_text(
        (tmp_path / "domiciles.csv").read_text(encoding="utf-8") + "9 rue Mollien;62100 Calais\n" * 2, encoding="utf-8"
    )
    (tmp_path / "autres.csv").write_text("adresse\n" + "9 rue Mollien, 62100 Calais\n" * 30, encoding="utf-8")
    header = "Titre;Lieu;Domiciles;Année"
    rows = (
        f"A;{OUTSIDE};domiciles.csv;2026",
        f"B;{OUTSIDE};plus-deux.csv;2026",
        f"C;{OUTSIDE};domiciles.csv;2026",
        f"D;{OUTSIDE};domiciles.csv;2020",
        f"E;{OUTSIDE};autres.csv;2026",
    )
    found = answers(desk, tmp_path, header, *rows)
    assert [bool(finding.beneficiaries) for finding in found.findings] == [True, False, True, False, True]
    assert "désignerait quelques personnes" in found.checked[1].remarks[0]


def test_a_list_that_is_the_sum_of_others_and_a_few_people_is_not_counted(desk, tmp_path):
    """The year's list less its two workshops would tell where three people live."""
    morning, evening = (
        [f"{number} rue {street}, Calais" for number in range(1, 21)] for street in ("Mollien", "de Vic")
    )
    few = [f"{number} rue Youri Gagarine, 62100 Calais" for number in range(1, 4)]
    rows = [f"{name};{OUTSIDE};{' | '.join(homes)}" for name, homes in (("A", morning), ("B", evening))]
    year = f"Année;{OUTSIDE};{' | '.join([*morning, *evening, *few])}"
    told = answers(desk, tmp_path, "Titre;Lieu;Domiciles", *rows, year)
    first, second, third = (row.finding.beneficiaries for row in told.checked)
    assert first.counts is not None
    assert second.counts is not None
    assert third is None
    assert "la différence désignerait quelques personnes" in told.checked[2].remarks[-1]


def test_the_seats_found_are_counted_and_the_files_cited(desk, tmp_path):
    (tmp_path / "assos.csv").write_text(f"nom;adresse\nA;{INSIDE}\nB;{OUTSIDE}\n", encoding="utf-8")
    told = answers(desk, tmp_path, "Titre;Porteur", "x;A", "y;B", "z;C", bearers=tmp_path / "assos.csv")
    assert told.seats_in_words.endswith("2 par le nom exact (1 dans, 1 hors QPV) ; 1 sans siège sûr.")
    write_report(told, tmp_path / "r.xlsx", issued=TODAY)
    sources = pd.read_excel(tmp_path / "r.xlsx", sheet_name="Sources", engine="openpyxl")
    files = sources[sources["Empreinte (SHA-256)"].notna()]
    assert list(files["Source"]) == ["Tableau des actions : actions.csv", "Liste des associations : assos.csv"]


def test_a_workbook_with_a_title_a_merged_header_and_a_total_is_read_as_it_is(desk, tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Notice"
    book.active.append(["Ne pas modifier cette feuille"])
    sheet = book.create_sheet("Actions")
    sheet.append(["Contrat de ville : appel à projets 2026 (exemple inventé)"])
    sheet.merge_cells("A1:E1")
    sheet.append([])
    sheet.append(["Projet", None, "Lieu", "Subvention", "Année"])
    sheet.merge_cells("A3:B3")
    sheet.append(["Intitulé", "Porteur", None, None, None])
    sheet.append(["Atelier", "Club", INSIDE, 100, 2026])
    sheet.append(["Sport", "Club", OUTSIDE, 50.5, 2026])
    sheet.append(["TOTAL", None, None, 150.5, None])
    book.save(tmp_path / "actions.xlsx")
    table = check_table(desk, tmp_path / "actions.xlsx", tmp_path / "out.xlsx", on=None, today=TODAY)
    assert [row.status for row in table.checked] == ["ok", "ok", "skipped"]
    assert [finding.ground for finding in table.findings] == [Ground.IN_QPV, Ground.OUTSIDE_QPV]
    assert table.summary().whole.euros == 150.5
    table.write(tmp_path / "out.xlsx")
    written = openpyxl.load_workbook(tmp_path / "out.xlsx")["Actions"]
    assert "action_statut" in [cell.value for row in written.iter_rows(min_row=3, max_row=4) for cell in row]
