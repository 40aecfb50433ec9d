"""Packs of a user through the products: each works with what the pack has, and says what it lacks."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from made_up_packs import CALAIS, COMMUNES, EVERY_ROLE, made_up_pack

from geoville.errors import DataUnavailableError, InvalidInputError, UnknownTerritoryError
from geoville.law import IncomeReference
from geoville.model import Basis, VerdictCode
from geoville.perimeters.quarters import CandidateOptions
from geoville.perimeters.scenarios import SearchMethod
from geoville.sources.additions import add_file
from geoville.sources.pack import open_pack
from geoville.workflows.actions import ActionDesk
from geoville.workflows.candidates import compute_candidates
from geoville.workflows.embedded import build_pack
from geoville.workflows.gis_layers import FeatureLayers
from geoville.workflows.lookup import DeskChoice
from geoville.workflows.maps import draw_maps, map_specs
from geoville.workflows.search_inputs import CandidateRequest
from geoville.workflows.territories import (
    missing_in_words,
    missing_roles,
    new_territory,
    remove_territory,
    territory_document,
)

CELLS = CandidateOptions(method=SearchMethod.CELLS)
"""The pack made up has no incomes of IRIS, that of Calais has: the method of cells reads neither."""
ON, BEFORE = date(2024, 6, 1), date(2020, 6, 1)
REFERENCE = IncomeReference(18355, 13287, 99000, 2009, verified=False, source="essai")
STREET = "52 rue du Pont Lottin, 62100 Calais"


def without(*roles: str) -> tuple[str, ...]:
    return tuple(role for role in EVERY_ROLE if role not in roles)


def test_a_new_territory_has_its_communes_and_no_data() -> None:
    made = new_territory("saint-pol", ["62765", "62765", "62193"], reference=REFERENCE)
    opened = open_pack("saint-pol")
    assert (made.designation, opened.title, opened.epsg) == ("saint-pol@1", "Saint-Pol", 2154)
    assert opened.manifest.communes == ("62765", "62193")
    assert opened.income_reference == REFERENCE
    assert missing_roles(opened) == ("grid", "cells", "communes", "iris_income", "addresses", "places", "qpv")
    assert "geoville data fetch saint-pol --only addresses" in " ".join(missing_in_words(opened))
    assert territory_document(opened)["income_reference"]["verified"] is False


@pytest.mark.parametrize(
    ("name", "communes", "said"),
    [
        ("saint-pol", [], "au moins une commune"),
        ("saint-pol", ["6276"], "6276"),
        ("saint-pol", ["Calais"], "Calais"),
        ("saint-pol", ["62193", "97209"], "même projection"),
        ("saint-pol", ["62193", "99999"], r"« 99 ».*01 à 95, 2A et 2B"),
        ("saint-pol", ["62193", "62000"], "Aucune commune n'a ce code.*« 62000 ».*commence à 001"),
        ("saint-pol", ["2A000"], "« 2A000 »"),
        ("saint-denis", ["97400"], "« 97400 ».*01 outre-mer"),
        ("saint-pol", ["20004"], "« 20 »"),  # Corse is 2A and 2B
        ("saint-pol", ["00001"], "« 00 »"),
        ("saint-pol", ["97501"], "« 975 »"),  # Saint-Pierre-et-Miquelon is far from Lambert 93
        ("calais", ["62193"], "livré avec geoville"),
        ("Saint Pol", ["62193"], "trait"),
    ],
)
def test_a_territory_that_cannot_be_is_refused(name: str, communes: list[str], said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        new_territory(name, communes)


@pytest.mark.parametrize(
    ("commune", "epsg"),
    [
        ("01001", 2154),
        ("2A004", 2154),
        ("2B033", 2154),
        ("95018", 2154),
        ("97411", 2975),
        ("97801", 5490),
        ("98735", 3297),
    ],
)
def test_a_territory_may_be_of_any_departement(commune: str, epsg: int) -> None:
    assert new_territory("ailleurs", [commune]).epsg == epsg
    remove_territory("ailleurs")


def test_a_territory_is_not_made_twice() -> None:
    new_territory("bourg", ["62193"])
    with pytest.raises(InvalidInputError, match="existe déjà"):
        new_territory("bourg", ["62765"])
    remove_territory("bourg")
    assert new_territory("bourg", ["62765"]).manifest.communes == ("62765",)


def test_titles_of_several_lines_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="title"):
        new_territory("bourg", ["62193"], title="a\nb")


@pytest.mark.parametrize("version", ["bourg@2", "bourg@x", "bourg@", "inconnu"])
def test_what_is_not_there_cannot_be_removed(version: str) -> None:
    new_territory("bourg", ["62193"])
    with pytest.raises(UnknownTerritoryError):
        remove_territory(version)


def test_addresses_of_an_index_and_named_places_are_both_found() -> None:
    made_up_pack()
    desk = DeskChoice("bourg").open()
    assert desk.answer(STREET, ON).verdict is VerdictCode.OUTSIDE
    assert desk.answer("collège Vauban", ON).position is not None
    assert desk.geocoder.suggest("collège vau")


def test_an_added_list_answers_beside_the_index_and_a_complete_one_instead(tmp_path: Path) -> None:
    made_up_pack()
    lines = (CALAIS / "addresses.csv").read_text(encoding="utf-8").splitlines()
    added = tmp_path / "ajout.csv"
    own = lines[1].replace("Rue du Pont Lottin", "Rue des Essais").replace("CGZ001", "E1")
    added.write_text("\n".join([lines[0], own]) + "\n", encoding="utf-8")
    add_file(open_pack("bourg"), added, "addresses")
    both = DeskChoice("bourg").open()
    assert both.answer("52 rue des Essais, 62100 Calais", ON).position is not None
    assert both.answer(STREET, ON).position is not None
    add_file(open_pack("bourg"), added, "addresses", complete=True)
    alone = DeskChoice("bourg").open()
    assert alone.answer("52 rue des Essais, 62100 Calais", ON).position is not None
    assert alone.answer(STREET, ON).position is None


def test_without_addresses_coordinates_and_places_are_answered_and_the_rest_says_what_is_missing() -> None:
    made_up_pack(roles=without("addresses"))
    desk = DeskChoice("bourg").open()
    assert desk.answer("1.8867, 50.956", ON).verdict is not VerdictCode.NOT_FOUND
    assert desk.answer("collège Vauban", ON).position is not None
    answer = desk.answer(STREET, ON)
    assert answer.verdict is VerdictCode.NOT_FOUND
    assert "geoville data fetch bourg --only addresses" in answer.reasons[0]
    assert STREET not in " ".join(answer.reasons)


def test_without_any_quarter_of_its_own_the_official_ones_of_the_country_answer() -> None:
    new_territory("bourg", COMMUNES)
    assert DeskChoice("bourg").open().answer("1.8867, 50.956", ON).basis is Basis.OFFICIAL
    given = DeskChoice("bourg", perimeters=(CALAIS / "candidats.geojson",)).open()
    assert given.answer("1.8867, 50.956", ON).basis is Basis.ESTIMATED


@pytest.mark.parametrize(("on", "codes"), [(ON, {"QN06253M", "QN06254M"}), (BEFORE, {"QP062055", "QP062056"})])
def test_the_map_of_a_territory_just_made_has_the_official_quarters_of_its_day(on: date, codes: set[str]) -> None:
    (spec,) = map_specs(new_territory("ville", ["62193"]), "ville", on).values()
    drawn = [shape for layer in spec.perimeters if layer.style.startswith("qpv") for shape in layer.shapes]
    assert {code for shape in drawn for code in codes if code in str(shape.popup)} == codes
    assert len(drawn) == len(codes)


@pytest.mark.parametrize("missing", ["grid", "cells", "communes", "iris_income", "places", "addresses"])
def test_the_map_of_a_territory_is_drawn_with_what_it_has(missing: str) -> None:
    roles = without(missing, "cells") if missing == "grid" else without(missing)
    territory = made_up_pack(roles=roles, income_reference=REFERENCE)
    (spec,) = map_specs(territory, "bourg", ON).values()
    assert spec.title == "Bourg"
    assert (spec.cells is None) == (missing == "grid")
    assert spec.perimeters


def test_without_reference_incomes_cells_are_drawn_as_published() -> None:
    (spec,) = map_specs(made_up_pack(), "bourg", ON).values()
    assert spec.cells is not None
    assert "median" not in {theme.key for theme in spec.cells.themes}


def test_a_territory_without_sectors_is_drawn_whole_then_by_perimeter(tmp_path: Path) -> None:
    drawn = draw_maps(made_up_pack(), None, tmp_path, ON)
    assert [path.name for path in drawn] == [
        "bourg.html",
        "QN06253M.html",
        "QN06254M.html",
        "QP062056.html",
        "QP062055.html",
    ]


def test_a_country_s_cells_are_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    from geoville.workflows import maps

    monkeypatch.setattr(maps, "MOST_CELLS", 10)
    (spec,) = map_specs(made_up_pack(), "bourg", ON).values()
    assert spec.cells is None


@pytest.mark.parametrize("missing", ["cells", "grid", "iris_income"])
def test_layers_of_a_gis_are_those_that_there_are(missing: str) -> None:
    territory = made_up_pack(roles=without(missing))
    names = FeatureLayers(territory, territory.perimeters()).by_name
    assert "qpv-2024" in names
    assert ("cells-2019" in names) == (missing != "grid")
    assert ("iris" in names) == (missing != "cells")


def test_candidates_ask_for_reference_incomes_and_take_those_given() -> None:
    territory = made_up_pack()
    with pytest.raises(InvalidInputError, match="--rmuc-nat, --rmuc-uu et --uu-population"):
        compute_candidates(territory.grid_path(), CandidateRequest(on=ON, territory=territory))
    given = CandidateRequest(on=ON, territory=territory, reference=REFERENCE)
    run = compute_candidates(territory.grid_path(), given)
    assert run.perimeters
    assert run.provenance.parameters["territory"] == "bourg@1"
    assert "Calais" in run.perimeters[0].name


def test_candidates_of_a_pack_are_those_of_the_same_cells_of_the_embedded_one() -> None:
    territory, calais = made_up_pack(income_reference=REFERENCE), open_pack("calais")
    ours, theirs = (
        compute_candidates(
            item.grid_path(2019), CandidateRequest(on=ON, territory=item, reference=REFERENCE, options=CELLS)
        )
        for item in (territory, calais)
    )
    assert [item.geometry.wkb for item in ours.perimeters] == [item.geometry.wkb for item in theirs.perimeters]


def test_candidates_without_a_table_of_cells_are_found_and_named_without_their_commune() -> None:
    territory = made_up_pack(roles=("grid",), income_reference=REFERENCE)
    assert compute_candidates(territory.grid_path(), CandidateRequest(on=ON, territory=territory)).perimeters


def test_what_needs_a_grid_says_which_command_brings_it() -> None:
    made_up_pack(roles=without("grid"))
    with pytest.raises(DataUnavailableError, match="geoville data fetch bourg --only grid"):
        open_pack("bourg").grid_path()
    with pytest.raises(DataUnavailableError, match="geoville data fetch bourg --only grid"):
        _ = ActionDesk(DeskChoice("bourg").open(), "bourg").population


def test_layers_of_a_pack_are_computed_with_their_manifest(tmp_path: Path) -> None:
    made_up_pack(income_reference=REFERENCE)
    with pytest.raises(InvalidInputError, match="--on"):
        build_pack("bourg", tmp_path / "rien")
    built = build_pack("bourg", tmp_path, ON)
    assert built.veille is None
    assert set(built.checksums) == {"candidats.geojson", "vecu.geojson", "sensibilite.csv", "habitants_qpv.csv"}
    text = (tmp_path / "territory.toml").read_text(encoding="utf-8")
    assert all(sha256 in text for sha256 in built.checksums.values())
    assert not (tmp_path / "rien").exists()


def test_layers_of_a_pack_without_reference_incomes_are_not_computed(tmp_path: Path) -> None:
    made_up_pack()
    with pytest.raises(InvalidInputError, match="revenus de référence"):
        build_pack("bourg", tmp_path, ON)


def test_an_older_version_is_asked_by_its_number() -> None:
    made_up_pack(roles=("qpv", "places"))
    made_up_pack(roles=("qpv",))
    assert DeskChoice("bourg@1").open().answer("collège Vauban", ON).position is not None
    assert DeskChoice("bourg").open().answer("collège Vauban", ON).position is None


@pytest.mark.parametrize("scope", ["departement", "national"])
def test_one_threshold_is_refused_where_there_are_many_urban_units(scope: str) -> None:
    territory = made_up_pack(scope=scope)
    with pytest.raises(InvalidInputError, match="plusieurs unités urbaines"):
        compute_candidates(territory.grid_path(), CandidateRequest(on=ON, territory=territory, reference=REFERENCE))


def test_a_place_beyond_the_territory_is_answered_by_the_quarters_of_the_country_and_abroad_by_none() -> None:
    made_up_pack(roles=("qpv", "places"))
    desk = DeskChoice("bourg").open()
    assert desk.answer("5.39, 43.27", ON).nearest[0].perimeter.code.startswith("QN013")
    assert desk.answer("-0.12, 51.5", ON).verdict is VerdictCode.NOT_FOUND


def test_contours_are_added_to_a_territory_that_has_none() -> None:
    new_territory("bourg", COMMUNES)
    made_up = made_up_pack("autre", roles=("qpv",)).folder / "qpv.parquet"
    add_file(open_pack("bourg"), made_up, "qpv")
    known = DeskChoice("bourg").open().index.perimeters
    assert len([item for item in known if not item.accuracy_m and item.generation == 2024]) == 2
