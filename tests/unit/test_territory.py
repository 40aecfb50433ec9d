"""The Python door gives what the workflows give, and nothing else."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError
from datetime import date
from pathlib import Path
from uuid import uuid4

import geopandas
import pandas as pd
import pytest
from shapely import box

from geoville import Basis, DataUnavailableError, InvalidInputError, Kind, Territory, VerdictCode
from geoville.errors import UnknownMapError, UnknownTerritoryError
from geoville.results import Result
from geoville.sources.pack import open_pack
from geoville.sources.stores import push
from geoville.workflows.candidates import CandidateRun, compute_candidates
from geoville.workflows.lookup import DeskChoice
from geoville.workflows.search_inputs import CandidateRequest

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLES = REPOSITORY / "docs" / "exemples"
DAY = date(2026, 1, 15)
ADDRESS = "1 rue Youri Gagarine, 62100 Calais"


@pytest.fixture(scope="module")
def calais() -> Territory:
    return Territory.open("calais")


@pytest.fixture(scope="module")
def candidates(calais: Territory) -> Result[CandidateRun]:
    return calais.candidates(on=DAY)


@pytest.fixture
def invented_qpv(tmp_path: Path, candidates: Result[CandidateRun]) -> Path:
    """Rectangles around the candidates, as a file of official contours."""
    path = tmp_path / "qpv.gpkg"
    shapes = [box(*shape.bounds) for shape in candidates.frame().geometry]
    codes = {"code_qp": ["QN06299A", "QN06299B"], "lib_qp": ["Inventé A", "Inventé B"]}
    geopandas.GeoDataFrame(codes, geometry=shapes, crs=2154).to_file(path)
    return path


def test_a_territory_tells_what_it_is(calais):
    assert (calais.name, calais.epsg, calais.vintages) == ("calais", 2154, (2015, 2019, 2021))
    assert calais.name in Territory.list()
    assert len(repr(calais)) < 200


def test_a_territory_is_frozen(calais):
    with pytest.raises(FrozenInstanceError):
        calais.choice = None


def test_an_unknown_territory_is_told(calais):
    with pytest.raises(UnknownTerritoryError, match="calais"):
        Territory.open("nulle-part")


class TestNew:
    def test_a_territory_is_made_and_opened(self):
        made = Territory.new("roubaix", ["59512"], rmuc_nat=19_218, rmuc_uu=17_000, uu_population=1_000_000)
        assert (made.name, made.epsg, made.vintages) == ("roubaix", 2154, ())
        assert set(Territory.list()) == {"calais", "roubaix"}
        assert made.pack.income_reference.national_eur == 19_218
        assert not made.pack.income_reference.verified

    def test_what_it_lacks_is_told(self):
        with pytest.raises(DataUnavailableError, match="geoville data fetch roubaix"):
            Territory.new("roubaix", ["59512"]).candidates(on=DAY)

    def test_it_stays_at_the_version_that_was_opened(self):
        made = Territory.new("roubaix", ["59512"])
        assert made.choice.territory == "roubaix@1"

    def test_incomes_that_are_not_complete_are_refused(self):
        with pytest.raises(InvalidInputError, match="rmuc_uu"):
            Territory.new("roubaix", ["59512"], rmuc_nat=19_218)


class TestFetching:
    def test_an_embedded_territory_is_not_fetched(self, calais, tmp_path):
        with pytest.raises(InvalidInputError):
            calais.fetch(from_dir=tmp_path)

    def test_a_folder_without_any_file_brings_nothing(self, tmp_path):
        run = Territory.new("roubaix", ["59512"]).fetch(from_dir=tmp_path, only=["grid"])
        assert run.territory is None
        assert "grid" in {item.data_set.kind for item in run.brought}
        assert all(item.is_absent for item in run.brought)

    def test_a_departement_that_does_not_exist_is_refused(self, tmp_path):
        with pytest.raises(InvalidInputError, match="99"):
            Territory.fetch_departement("99", from_dir=tmp_path)

    def test_a_data_set_that_does_not_exist_is_refused(self, tmp_path):
        with pytest.raises(InvalidInputError):
            Territory.fetch_national(from_dir=tmp_path, only=["horoscope"])


class TestAsking:
    def test_an_address_is_answered_as_by_the_desk(self, calais):
        assert calais.decide(ADDRESS, on=DAY) == DeskChoice("calais").open().answer(ADDRESS, DAY)

    def test_coordinates_are_answered_with_their_accuracy(self, calais):
        exact = calais.decide((1.8867, 50.956), on=DAY)
        vague = calais.decide((1.8867, 50.956), on=DAY, accuracy_m=500)
        assert (exact.verdict, vague.verdict) == (VerdictCode.OUTSIDE, VerdictCode.UNCERTAIN)

    @pytest.mark.parametrize(("place", "idle"), [(ADDRESS, {"accuracy_m": 10}), ((1.88, 50.95), {"citycode": "62193"})])
    def test_what_would_be_ignored_is_refused_without_repeating_the_address(self, calais, place, idle):
        with pytest.raises(InvalidInputError) as refused:
            calais.decide(place, on=DAY, **idle)
        assert "Gagarine" not in str(refused.value)

    def test_the_desk_is_opened_once(self, calais):
        assert calais.desk is calais.desk

    def test_files_may_answer_instead_of_the_territory(self, invented_qpv):
        answer = Territory.open("calais", perimeters=[invented_qpv]).decide(ADDRESS, on=DAY)
        assert (answer.verdict, answer.basis) == (VerdictCode.INSIDE, Basis.OFFICIAL)

    def test_a_footprint_is_answered(self, calais):
        answer = calais.decide_footprint(EXAMPLES / "batiment.geojson", on=DAY)
        assert answer.on == DAY
        assert 0 < answer.share_of_area < 1

    def test_a_statement_is_written(self, calais, tmp_path):
        page = calais.attest(ADDRESS, tmp_path / "releve.html", on=DAY, issued=DAY)
        assert "DEDANS" in page.read_text(encoding="utf-8").upper()

    def test_a_statement_about_coordinates_repeats_them(self, calais, tmp_path):
        page = calais.attest((1.8867, 50.956), tmp_path / "releve.html", on=DAY, issued=DAY)
        assert "1.8867, 50.956" in page.read_text(encoding="utf-8")

    def test_an_action_is_checked(self, calais):
        finding = calais.check_action(EXAMPLES / "action.toml", today=DAY)
        assert finding.stages[0].reason

    @pytest.mark.parametrize(("day", "said"), [("2999-01-01", True), ("2026-01-15", False)])
    def test_a_day_to_come_says_what_it_supposes(self, calais, day, said):
        answers = [calais.decide(place, on=day) for place in (ADDRESS, (1.8867, 50.956))]
        answers.append(calais.decide_footprint(EXAMPLES / "batiment.geojson", on=day))
        told = [answer.reasons for answer in answers]
        told.append(calais.check_action(EXAMPLES / "action.toml", today=DAY, on=day).notes)
        assert [any("Date à venir" in text for text in texts) for texts in told] == [said] * 4

    def test_a_table_of_actions_is_checked(self, calais, tmp_path):
        table = calais.check_actions(EXAMPLES / "actions.csv", tmp_path / "reponses.csv", today=DAY)
        assert len(table.faults) == 1
        assert (tmp_path / "reponses.csv").is_file()

    def test_a_table_of_actions_is_drawn_where_asked(self, calais, tmp_path, monkeypatch):
        drawn: list[tuple[str, Path, date]] = []

        def draw(desk, findings, title, out, on, themes):
            drawn.append((title, out, on))

        monkeypatch.setattr("geoville.workflows.maps.draw_actions", draw)
        calais.check_actions(EXAMPLES / "actions.csv", tmp_path / "o.csv", today=DAY, map_file=tmp_path / "a.html")
        assert drawn == [("Actions du tableau « actions.csv »", tmp_path / "a.html", DAY)]

    def test_rules_are_those_of_the_day(self, calais):
        assert {rule.id for rule in calais.rules(date(2014, 1, 1))} < {rule.id for rule in calais.rules(DAY)}


class TestManyQuestions:
    def test_each_row_has_the_answer_of_its_question(self, calais):
        asked = pd.DataFrame({"adresse": [ADDRESS, "12 rue de l'Inconnue, 62100 Calais", None]}, index=[7, 5, 7])
        answered = calais.decide_many(asked, on=DAY)
        assert answered.index.tolist() == [7, 5, 7]
        assert answered["qpv_verdict"].fillna("").tolist() == ["inside", "not_found", ""]
        assert answered["result_status"].tolist() == ["ok", "not-found", "skipped"]
        assert answered["qpv_distance_m"].iloc[0] == round(calais.decide(ADDRESS, on=DAY).distance_m, 3)
        assert asked.columns.tolist() == ["adresse"]

    def test_numbers_are_read_as_they_are_written(self, calais):
        asked = pd.DataFrame({"rue": ["1 rue Youri Gagarine"], "cp": [62100.0], "ville": ["Calais"]})
        answered = calais.decide_many(asked, on=DAY, address_columns=["rue", "cp", "ville"])
        assert answered["qpv_verdict"].tolist() == ["inside"]

    def test_coordinates_by_the_thousand_are_answered_alike(self, calais):
        few = pd.DataFrame({"lon": [1.8867, 1.8937, None], "lat": [50.956, 50.9534, 50.95]})
        many = pd.concat([few] * 2_000, ignore_index=True)
        slow, fast = calais.decide_many(few, on=DAY), calais.decide_many(many, on=DAY)
        columns = ["qpv_verdict", "qpv_code", "qpv_distance_m", "result_status"]
        pd.testing.assert_frame_equal(slow[columns], fast[columns].iloc[:3])

    def test_a_table_is_answered_as_its_file(self, calais, tmp_path):
        source, out = EXAMPLES / "domiciles-inventes.csv", tmp_path / "reponses.csv"
        summary = calais.lookup_file(source, out, on=DAY)
        written = pd.read_csv(out, sep=";", dtype="string", keep_default_na=False)
        in_memory = calais.decide_many(source, on=DAY)
        assert written.columns.tolist() == in_memory.columns.tolist()
        assert written["qpv_verdict"].tolist() == in_memory["qpv_verdict"].fillna("").tolist()
        assert written["qpv_raison"].tolist() == in_memory["qpv_raison"].tolist()
        assert summary.rows == len(in_memory) == 70

    def test_a_row_that_cannot_be_read_says_so(self, calais, tmp_path):
        source = tmp_path / "adresses.csv"
        source.write_text('adresse;note\n"1 rue Youri Gagarine, 62100 Calais";a\nune;deux;trois\n', encoding="utf-8")
        answered = calais.decide_many(source, on=DAY)
        assert answered["result_status"].tolist() == ["ok", "error"]
        assert answered["adresse"].tolist()[1] == ""

    def test_an_empty_table_has_the_columns_and_no_row(self, calais):
        answered = calais.decide_many(pd.DataFrame({"adresse": pd.Series([], dtype="string")}), on=DAY)
        assert answered.empty
        assert "qpv_verdict" in answered

    def test_the_columns_of_the_table_are_kept_under_their_names(self, calais):
        asked = pd.DataFrame({"adresse": [ADDRESS], "longitude": ["à moi"]})
        answered = calais.decide_many(asked, on=DAY)
        assert answered["longitude"].tolist() == ["à moi"]
        assert answered["longitude_2"].notna().all()

    def test_a_missing_column_is_told_with_the_name_of_the_argument(self, calais):
        with pytest.raises(InvalidInputError, match="address_columns"):
            calais.decide_many(pd.DataFrame({"où": [ADDRESS]}), on=DAY)

    def test_a_scheduler_is_refused_where_it_would_share_nothing(self, calais, tmp_path):
        with pytest.raises(InvalidInputError, match="scheduler"):
            calais.lookup_file(
                EXAMPLES / "domiciles-inventes.csv", tmp_path / "o.csv", on=DAY, scheduler="tcp://127.0.0.1:1"
            )
        assert not (tmp_path / "o.csv").exists()

    def test_columns_at_fault_are_named_as_arguments(self, calais, tmp_path):
        source = tmp_path / "in.csv"
        source.write_text("rue;x;y\n1 rue Youri Gagarine;1.88;50.95\n", encoding="utf-8")
        columns = {"address_columns": ["rue"], "lon_column": "x", "lat_column": "y"}
        with pytest.raises(InvalidInputError, match="garder address_columns, ou bien lon_column et lat_column"):
            calais.lookup_file(source, tmp_path / "out.csv", on=DAY, **columns)
        with pytest.raises(InvalidInputError, match="garder address_columns, ou bien lon_column et lat_column"):
            calais.decide_many(source, on=DAY, **columns)

    def test_parquet_coordinates_are_answered_in_parts(self, calais, tmp_path):
        pd.DataFrame({"lon": [1.8937], "lat": [50.9534]}).to_parquet(tmp_path / "points.parquet")
        seen: list[int] = []
        calais.lookup_file(tmp_path / "points.parquet", tmp_path / "out.parquet", on=DAY, progress=seen.append)
        assert pd.read_parquet(tmp_path / "out.parquet")["qpv_verdict"].tolist() == ["inside"]
        assert seen[-1] == 1


class TestComputing:
    def test_candidates_are_those_of_the_workflow(self, candidates):
        pack = open_pack("calais")
        run = compute_candidates(pack.grid_path(), CandidateRequest(on=DAY, territory=pack))
        frame = candidates.frame()
        assert candidates.document() == run.document()
        assert frame["code"].tolist() == [item.code for item in run.perimeters]
        assert frame.crs.to_epsg() == 2154
        assert frame["estimated"].all()

    def test_the_vintage_chooses_the_grid(self, calais, candidates):
        newer = calais.candidates(on=DAY, vintage=2021)
        assert newer.document()["vintage"] == 2021
        assert newer.document()["candidates"] != candidates.document()["candidates"]

    def test_a_grid_may_be_given(self, calais, candidates):
        path = REPOSITORY / "data" / "calais" / "filosofi_2019_200m.csv"
        assert calais.candidates(str(path), on=DAY).document() == candidates.document()

    def test_choices_change_the_result(self, calais, candidates):
        rook = calais.candidates(on=DAY, contiguity="rook", gap_m=0, smooth=False, method="cells")
        assert rook.run.provenance.parameters["contiguity"] == "rook"
        assert rook.run.provenance.parameters["outline"] == "cells"
        assert rook.document()["candidates"] != candidates.document()["candidates"]

    def test_what_the_index_does_not_read_is_refused(self, calais):
        with pytest.raises(InvalidInputError, match="ne comptent que dans la méthode des carreaux"):
            calais.candidates(on=DAY, gap_m=0)

    def test_an_unknown_contiguity_is_refused(self, calais):
        with pytest.raises(InvalidInputError, match="queen, rook"):
            calais.candidates(on=DAY, contiguity="bishop")

    def test_incomes_may_replace_those_of_the_territory(self, calais):
        poorer = calais.candidates(on=DAY, rmuc_nat=18_355, rmuc_uu=9_000, uu_population=99_000)
        (threshold,) = poorer.document()["thresholds"].values()
        assert threshold["eur"] == 9_400  # 0.6 × (0.7 × 18 355 + 0.3 × 9 000) = 9 329.10, rounded up to the next 100 €

    @pytest.mark.parametrize("part", [{"rmuc_nat": 18_355}, {"uu_small_since": date(2020, 1, 1)}, {"iris_weight": 1.0}])
    def test_incomplete_incomes_are_refused(self, calais, part):
        with pytest.raises(InvalidInputError, match="donner"):
            calais.candidates(on=DAY, **part)

    def test_a_result_is_written_with_its_provenance(self, candidates, tmp_path):
        path = candidates.write(str(tmp_path / "candidats.parquet"))
        provenance = json.loads((tmp_path / "candidats.parquet.provenance.json").read_text(encoding="utf-8"))
        assert provenance["command"] == "perimeters candidates"
        assert geopandas.read_parquet(path)["code"].tolist() == candidates.frame()["code"].tolist()

    def test_a_result_is_written_at_an_address_and_read_from_it(self, calais, candidates):
        address = f"memory://seau-{uuid4().hex}/candidats.parquet"
        assert candidates.write(address) == address
        assert calais.compare(address, candidates).document()["fates"] == {"kept": 2}

    def test_a_grid_may_be_at_an_address(self, calais, candidates):
        address = f"memory://seau-{uuid4().hex}/filosofi_2019_200m.csv"
        push(REPOSITORY / "data" / "calais" / "filosofi_2019_200m.csv", address)
        assert calais.candidates(address, on=DAY).document() == candidates.document()

    def test_a_result_is_scored_as_its_file(self, calais, candidates, invented_qpv, tmp_path):
        score = calais.score(candidates, invented_qpv)
        assert score == calais.score(candidates.write(tmp_path / "c.parquet"), invented_qpv)
        assert score.precision == pytest.approx(1)
        assert 0 < score.recall < 1

    def test_an_estimate_is_not_scored_against_an_estimate(self, calais, candidates, tmp_path):
        with pytest.raises(InvalidInputError, match="pas un QPV officiel"):
            calais.score(candidates, candidates.write(tmp_path / "c.geojson"))

    def test_nothing_changes_between_a_result_and_itself(self, calais, candidates):
        document = calais.compare(candidates, candidates).document()
        assert document["f1"] == pytest.approx(1)
        assert document["fates"] == {"kept": 2}

    def test_a_kind_is_the_same_by_its_name_and_by_its_value(self, calais, candidates, tmp_path):
        bare = candidates.frame()[["code", "geometry"]].to_crs(2154)
        bare.to_file(tmp_path / "sans_nature.gpkg")
        file = tmp_path / "sans_nature.gpkg"
        by_value, by_name = (
            calais.compare(file, candidates, kind=kind).run.old for kind in (Kind.CANDIDAT, Kind.CANDIDAT.value)
        )
        assert [item.kind for item in by_name] == [item.kind for item in by_value]
        assert all(perimeter.estimated for perimeter in by_name), "a candidate is never official"
        with pytest.raises(InvalidInputError, match="donner l'une de : qpv"):
            calais.compare(candidates, candidates, kind="quartier")

    def test_a_comparison_is_a_table_a_layer_and_a_page(self, calais, candidates, tmp_path):
        found = calais.compare(candidates, calais.candidates(on=DAY, vintage=2021))
        assert set(found.frame()["change"]) == {"enter", "leave", "stay"}
        people = found.frame().groupby("change")["people"].sum()
        assert people["stay"] == pytest.approx(found.document()["total"]["stay"]["people"], abs=1)
        assert found.draw(tmp_path / "c.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
        assert found.write(tmp_path / "c.gpkg").is_file()

    def test_sensitivity_sweeps_the_grids_of_the_territory(self, calais, tmp_path):
        found = calais.sensitivity(
            on=DAY, vintage=[2019, 2021], thresholds=[1.0], contiguities=["queen"], densities=[0.1, 0.13]
        )
        document = found.document()
        assert document["vintages"] == [2019, 2021]
        assert len(document["scenarios"]) == 4
        assert found.frame()["core"].sum() == document["core"]["cells"]
        assert found.write(tmp_path / "s.tif").is_file()
        assert len(geopandas.read_parquet(found.write_cells(tmp_path / "s.parquet"))) == len(found.frame())

    def test_perimeters_are_described_and_explained(self, calais, candidates):
        figures = {item.code: figures for item, figures in calais.describe(candidates, on=DAY)}
        explained = calais.explain(candidates, 1.8937, 50.9534, on=DAY).document()
        assert explained["candidate"] in figures
        assert figures[explained["candidate"]].median_eur.low < figures[explained["candidate"]].median_eur.value

    def test_an_address_a_place_and_polygons_are_explained_as_on_the_command_line(self, calais, candidates):
        by_address = calais.explain(candidates, address=ADDRESS, on=DAY).document()
        assert by_address["position"]["label"] == "1 Rue Youri Gagarine, 62100 Calais"
        assert by_address["candidate"] == "C2019-62193-1"
        [drawn] = calais.explain(candidates, polygons=box(1.888, 50.949, 1.902, 50.957), on=DAY)
        told = drawn.document()
        assert [item["code"] for item in told["candidates"]] == ["C2019-62193-1"]
        assert told["candidates"][0]["share"] + told["outside_share"] == pytest.approx(1)

    @pytest.mark.parametrize(
        "asked",
        [{}, {"lon": 1.89}, {"lon": 1.89, "lat": 50.95, "address": ADDRESS}, {"address": ADDRESS, "polygons": DAY}],
    )
    def test_what_is_explained_is_one_thing(self, calais, candidates, asked):
        with pytest.raises(InvalidInputError, match="donner lon et lat, address, ou polygons"):
            calais.explain(candidates, on=DAY, **asked)

    def test_veille_is_what_is_left_of_former_perimeters(self, calais, candidates, tmp_path):
        former = candidates.frame()[["code", "name", "geometry"]].assign(geometry=lambda frame: frame.buffer(300))
        former.to_file(tmp_path / "cucs.gpkg")
        found = calais.veille([tmp_path / "cucs.gpkg"], candidates, on=DAY)
        assert len(found.frame()) == 2
        assert set(found.frame()["kind"]) == {"veille"}
        assert found.document()["quarters"][0]["population"] > 0

    def test_vecu_is_drawn_around_quarters(self, calais, candidates):
        found = calais.vecu(candidates, [REPOSITORY / "data" / "calais" / "places.csv"], on=DAY, minutes=5)
        assert set(found.frame()["kind"]) == {"vecu"}
        assert found.document()["on"] == "2026-01-15"
        assert found.run.provenance.parameters["minutes"] == 5


class TestDrawing:
    def test_an_unknown_map_is_told(self, calais, tmp_path):
        with pytest.raises(UnknownMapError, match="gagarine"):
            calais.map("inconnu", tmp_path, on=DAY)

    def test_a_page_is_drawn_whose_name_is_that_of_the_map(self, calais, tmp_path):
        page = calais.map("gagarine-manet-ferber", tmp_path / "cartes", on=DAY)
        assert page == tmp_path / "cartes" / "gagarine-manet-ferber.html"
        assert "http" not in page.read_text(encoding="utf-8").partition("<link")[2][:200]

    def test_a_sheet_is_printed(self, calais, tmp_path):
        assert calais.sheet("C2019-62193-1", tmp_path / "planche.pdf", on=DAY).read_bytes().startswith(b"%PDF")


class TestKeeping:
    def test_perimeters_are_a_table(self, calais):
        frame = calais.perimeters(DAY)
        assert {Kind.QPV, Kind.CANDIDAT, Kind.VEILLE, Kind.VECU} == set(frame["kind"])
        assert frame.crs.to_epsg() == 2154

    def test_cells_hold_what_insee_publishes_and_nothing_finer(self, calais):
        cells = calais.cells(2019)
        assert cells.index.is_unique
        assert cells.loc[cells["imputed"], "poor_share"].isna().all()
        assert cells.geometry.area.between(39_800, 40_200).all()
        assert calais.cells().equals(cells)

    def test_an_added_file_answers_at_once_and_no_longer_once_removed(self, invented_qpv):
        calais = Territory.open("calais")
        before = calais.decide(ADDRESS, on=DAY)
        addition = calais.add(invented_qpv, "qpv")
        during = calais.decide(ADDRESS, on=DAY)
        quarters = calais.perimeters()
        assert calais.perimeters(date(2020, 1, 1))["kind"].tolist().count("qpv") == 2
        calais.remove(addition.id)
        assert [before.basis, during.basis] == [Basis.OFFICIAL, Basis.OFFICIAL]
        assert before.sources != during.sources
        assert quarters["kind"].tolist().count("qpv") == quarters["code"].nunique() - quarters["estimated"].sum()
        assert calais.decide(ADDRESS, on=DAY) == before
