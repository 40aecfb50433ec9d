"""The decision at its borders: lines, holes, overlaps, dates, doubtful positions, missing contours."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import shapely
from square_quarter import CANDIDATE, EAST, IN_2026, NORTH, VEILLE, WITH_HOLE, ask, at, qpv

from geoville.eligibility import judgement
from geoville.eligibility.decide import (
    ESTIMATE_REFERENCE,
    _also_in,
    _whole_sentence,
    decide,
    decided_at,
    listed,
    references_of,
    sources_of,
    standing_by_law,
)
from geoville.eligibility.documents import answer_document
from geoville.eligibility.index import PerimeterIndex
from geoville.law.parameters import whole_commune_at
from geoville.model import Basis, Kind, NotFound, Perimeter, PerimeterHit, Position, PositionType, Source, VerdictCode


@pytest.mark.parametrize(
    ("east_m", "north_m", "verdict", "distance_m"),
    [
        (500, 300, VerdictCode.INSIDE, -300),
        (500, 999, VerdictCode.INSIDE, -1),
        (500, 1001, VerdictCode.OUTSIDE, 1),
        (1300, 1400, VerdictCode.OUTSIDE, 500),
        (9000, 500, VerdictCode.OUTSIDE, 8000),
    ],
)
def test_the_distance_is_signed_and_in_metres(
    east_m: float, north_m: float, verdict: VerdictCode, distance_m: float
) -> None:
    answer = ask(at(east_m, north_m), qpv())
    assert answer.verdict is verdict
    assert answer.distance_m == pytest.approx(distance_m, abs=1e-5)
    assert answer.basis is Basis.OFFICIAL


def lone(east_m: float) -> Perimeter:
    """A quarter of the same list, far to the east."""
    return qpv("QP062055", shapely.box(EAST + east_m, NORTH, EAST + east_m + 1000, NORTH + 1000))


@pytest.mark.parametrize("firm", [True, False])
def test_far_from_every_perimeter_the_answer_says_that_these_may_be_of_other_towns(firm: bool) -> None:
    told = " ; à plus de 20 km, les périmètres lus ne couvrent peut-être pas cette commune."
    for east_m, far in ((20_900, False), (21_100, True), (40_000, True)):
        answer = ask(at(east_m, 500, firm=firm), qpv(), lone(81_000))
        first = answer.reasons[0].replace("\N{NO-BREAK SPACE}", " ")
        assert first.endswith(told) is far
        assert first.startswith("Dehors : " if firm else "À vérifier : ")


def test_a_hole_is_outside() -> None:
    answer = ask(at(500, 500), qpv(geometry=WITH_HOLE))
    assert answer.verdict is VerdictCode.OUTSIDE
    assert answer.distance_m == pytest.approx(100, abs=1e-5)


def test_in_two_perimeters_the_deepest_one_answers_and_both_are_listed() -> None:
    other = qpv("QP062055", shapely.box(EAST + 400, NORTH, EAST + 1400, NORTH + 1000))
    answer = ask(at(500, 500), qpv(), other)
    assert answer.verdict is VerdictCode.INSIDE
    assert [hit.perimeter.code for hit in answer.perimeters] == ["QP062056", "QP062055"]
    assert answer.distance_m == pytest.approx(-500, abs=1e-5)
    assert any("aussi dans" in reason and "QP062055" in reason for reason in answer.reasons)


def test_a_limit_within_the_accuracy_makes_it_uncertain_never_a_no() -> None:
    for north_m in (995, 1005):
        answer = ask(at(500, north_m, accuracy_m=15.0), qpv())
        assert answer.verdict is VerdictCode.UNCERTAIN
        assert "À vérifier" in answer.reasons[0]


def test_a_limit_beyond_the_accuracy_does_not_matter() -> None:
    assert ask(at(500, 980, accuracy_m=15.0), qpv()).verdict is VerdictCode.INSIDE
    assert ask(at(500, 1020, accuracy_m=15.0), qpv()).verdict is VerdictCode.OUTSIDE


def test_no_tolerance_moves_an_exact_position() -> None:
    assert ask(at(500, 1000.001), qpv()).verdict is VerdictCode.OUTSIDE


def test_a_position_that_is_not_firm_is_uncertain_and_says_why() -> None:
    answer = ask(at(500, 500, firm=False, firm_reason="Un point de la rue, sans numéro."), qpv())
    assert answer.verdict is VerdictCode.UNCERTAIN
    assert "Un point de la rue, sans numéro." in answer.reasons


def test_an_official_perimeter_out_of_force_is_not_inside_and_says_when_it_was() -> None:
    answer = ask(at(500, 500), qpv(), on=IN_2026)
    assert answer.verdict is VerdictCode.NOT_FOUND  # what the quarters of 2026 are is not known: that is no "no"
    assert (answer.distance_m, answer.quality) == (None, None)
    assert any("n'est pas un « non »" in reason for reason in answer.reasons)
    assert any("2023" in reason and "aurait été dans" in reason for reason in answer.reasons)
    assert [hit.perimeter.code for hit in answer.hits] == ["QP062056"]
    assert answer.perimeters == ()


def test_the_generation_in_force_that_day_answers() -> None:
    elsewhere = qpv("QN06254M", shapely.box(EAST + 3000, NORTH, EAST + 4000, NORTH + 1000))
    assert ask(at(500, 500), qpv(), elsewhere, on=date(2023, 12, 31)).verdict is VerdictCode.INSIDE
    assert ask(at(500, 500), qpv(), elsewhere, on=date(2024, 1, 1)).verdict is VerdictCode.OUTSIDE
    assert ask(at(3500, 500), qpv(), elsewhere, on=date(2024, 1, 1)).verdict is VerdictCode.INSIDE


def test_candidates_answer_once_there_are_quarters_and_say_that_the_official_contour_is_missing() -> None:
    answer = ask(at(500, 500), CANDIDATE, on=IN_2026)
    assert answer.verdict is VerdictCode.INSIDE
    assert answer.basis is Basis.ESTIMATED
    assert any("contour officiel" in reason and "manque" in reason for reason in answer.reasons)
    assert "estimé" in answer.reasons[0]


def test_official_contours_in_force_take_precedence_over_candidates() -> None:
    elsewhere = qpv("QN06254M", shapely.box(EAST + 3000, NORTH, EAST + 4000, NORTH + 1000))
    answer = ask(at(500, 500), CANDIDATE, elsewhere, on=IN_2026)
    assert (answer.verdict, answer.basis) == (VerdictCode.OUTSIDE, Basis.OFFICIAL)
    assert any("périmètre estimé" in reason for reason in answer.reasons)


def test_veille_alone_is_not_a_qpv_when_qpv_are_known() -> None:
    elsewhere = qpv(geometry=shapely.box(EAST + 3000, NORTH, EAST + 4000, NORTH + 1000))
    answer = ask(at(500, 500), VEILLE, elsewhere)
    assert answer.verdict is VerdictCode.OUTSIDE
    assert any("quartier de veille" in reason for reason in answer.reasons)


def test_what_is_not_found_is_not_a_no() -> None:
    answer = ask(NotFound("Rue absente de la liste."), qpv())
    assert answer.verdict is VerdictCode.NOT_FOUND
    assert answer.reasons[0] == "Rue absente de la liste."
    assert answer.position is None
    assert answer.distance_m is None


def test_a_position_out_of_the_known_territory_is_not_a_no() -> None:
    index = PerimeterIndex([CANDIDATE], extent=(1.6, 50.8, 2.1, 51.1))
    answer = decide(Position(2.35, 48.85, "Paris", PositionType.COORDINATES), index, IN_2026)
    assert answer.verdict is VerdictCode.NOT_FOUND
    assert answer.hits == ()  # a candidate of Calais is no neighbour of Paris


def test_an_index_without_perimeters_does_not_know_and_says_that_nothing_is_in_force() -> None:
    answer = ask(at(500, 500))
    assert answer.verdict is VerdictCode.NOT_FOUND
    assert "aucun des périmètres connus" in answer.reasons[0]


def test_the_document_has_the_keys_that_doors_promise() -> None:
    document = answer_document(ask(at(500, 999.9999), qpv()))
    assert set(document) == {
        *("on", "verdict", "contains", "conclusive", "basis", "perimeters", "nearest", "distance_m", "accuracy_m"),
        *("position", "reasons", "references", "sources", "quality", "periods", "rules", "whole_commune"),
        *("data_version", "probability_inside", "decided_at"),
    }
    assert document["distance_m"] == -0.001  # rounded away from the line: still inside
    assert set(document["perimeters"][0]) >= {
        *("code", "name", "kind", "generation", "vintage", "estimated", "distance_m"),
    }
    assert set(document["position"]) >= {"lon", "lat", "label", "score", "type"}


@pytest.mark.parametrize("found", [at(500, 500), at(500, 1400), replace(at(500, 500, firm=False), citycode="97611")])
def test_without_rules_the_rest_of_the_answer_is_the_same(found: Position) -> None:
    index = PerimeterIndex([qpv()])
    whole, without = decide(found, index, IN_2026), decide(found, index, IN_2026, rules=False)
    assert (whole.rules != (), without.rules) == (True, ())
    assert without == replace(whole, rules=())


def test_each_perimeter_is_judged_once_whatever_rests_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[object] = []
    once = judgement.verdict_on

    def counted(located: judgement.Located, hit: PerimeterHit | None) -> VerdictCode:
        judged.append(hit)
        return once(located, hit)

    monkeypatch.setattr(judgement, "verdict_on", counted)
    answer = decide(
        at(500, 980, accuracy_m=15.0),
        PerimeterIndex([qpv(), CANDIDATE, VEILLE]),
        IN_2026,
        permit_date=date(2024, 6, 1),
    )
    assert answer.rules
    assert answer.periods
    assert len(judged) == len(answer.hits) == 3


@pytest.mark.parametrize(
    ("north_m", "accuracy_m", "told"),
    [
        (1200, 0.0, None),  # known exactly: there is nothing to say of how well
        (1200, 15.0, "Position connue à 15 m près (bâtiment)."),
        (800, 15.0, "Position connue à 15 m près (bâtiment)."),
        (1010, 15.0, "La limite est à 10 m et la position n'est connue qu'à 15 m près (bâtiment)."),
    ],
)
def test_how_well_a_position_is_known_is_said_where_it_is_not_exact(
    north_m: float, accuracy_m: float, told: str | None
) -> None:
    answer = ask(at(500, north_m, accuracy_m=accuracy_m, accuracy_reason="bâtiment"), qpv())
    said = [reason.replace("\N{NO-BREAK SPACE}", " ") for reason in answer.reasons]
    assert [reason for reason in said if "près" in reason] == ([told] if told else [])


@pytest.mark.parametrize(
    ("accuracy_m", "verdict"), [(0.5, VerdictCode.UNCERTAIN), (0.2, VerdictCode.OUTSIDE), (0.0, VerdictCode.OUTSIDE)]
)
def test_an_accuracy_under_a_metre_counts_too(accuracy_m: float, verdict: VerdictCode) -> None:
    assert ask(at(500, 1000.3, accuracy_m=accuracy_m), qpv()).verdict is verdict


def test_an_estimate_is_said_beside_no_answer_but_an_official_one() -> None:
    """Where no contour is known, the estimate is the answer: nothing contradicts it, least of all itself."""
    overlapping = replace(CANDIDATE, code="C2", geometry=shapely.box(EAST + 3000, NORTH, EAST + 4000, NORTH + 1000))
    for east_m in (500, 2000):
        answer = ask(at(east_m, 500), CANDIDATE, overlapping)
        assert answer.basis is Basis.ESTIMATED
        assert not [reason for reason in answer.reasons if "contour officiel" in reason and "compte" in reason]


NAMED = " (périmètre estimé « Calais 1 » (C1, carreaux de 2019))"


@pytest.mark.parametrize(
    ("north_m", "estimate_ends_m", "accuracies_m", "said"),
    [
        (1020, 1040, (0.0, 0.0), f"Le contour officiel dit dehors, l'estimation de geoville dit dedans{NAMED}"),
        (980, 960, (0.0, 0.0), "Le contour officiel dit dedans, l'estimation de geoville dit dehors"),
        (1020, 1040, (25.0, 0.0), None),  # the official contour leaves it to be checked
        (1020, 1040, (0.0, 25.0), None),  # so does the estimate
        (980, 960, (0.0, 25.0), None),
        (1020, 1040, (25.0, 25.0), None),
        (980, 1040, (0.0, 0.0), None),
        (1050, 1040, (0.0, 0.0), None),
    ],
)
def test_an_estimate_is_said_beside_the_official_contour_where_one_says_dedans_and_the_other_dehors(
    north_m: float, estimate_ends_m: float, accuracies_m: tuple[float, float], said: str | None
) -> None:
    official = replace(qpv(), accuracy_m=accuracies_m[0])
    ends = shapely.box(EAST, NORTH, EAST + 1000, NORTH + estimate_ends_m)
    answer = ask(at(500, north_m), official, replace(CANDIDATE, geometry=ends, accuracy_m=accuracies_m[1]))
    told = [reason for reason in answer.reasons if "estimation de geoville" in reason]
    assert told == ([f"{said} : le contour officiel seul compte."] if said else [])


def test_what_is_decided_from_its_probability_names_the_first_perimeter() -> None:
    other = replace(qpv("QP062055", shapely.box(EAST, NORTH + 1200, EAST + 1000, NORTH + 2000)), name="Fort Nieulay")
    doubtful = at(500, 985, accuracy_m=20.0, accuracy_reason="bâtiment")
    answer = ask(doubtful, qpv(), other)
    assert answer.verdict is VerdictCode.UNCERTAIN
    assert len(answer.hits) > 1
    assert answer.probability_inside is not None
    assert answer.probability_inside > 0.5
    decided = decided_at(answer, min(1.0, answer.probability_inside))
    assert decided.verdict is VerdictCode.INSIDE
    assert "Beau Marais" in decided.reasons[0]
    assert "Fort Nieulay" not in decided.reasons[0]


def test_a_limit_known_within_metres_is_as_likely_on_either_side_of_where_it_is_drawn() -> None:
    wide = replace(qpv(), accuracy_m=25.0, accuracy_source="un contour généralisé")
    likely = {away_m: ask(at(500, 1000 + away_m), wide).probability_inside for away_m in (-4, -2, 0, 2, 4)}
    assert likely[0] == pytest.approx(0.5, abs=1e-3)
    assert likely[-2] + likely[2] == pytest.approx(1, abs=1e-3)
    assert likely[-4] + likely[4] == pytest.approx(1, abs=1e-3)
    assert likely[-4] > likely[-2] > likely[0] > likely[2] > likely[4]


def hit(perimeter: Perimeter, distance_m: float) -> PerimeterHit:
    return PerimeterHit(perimeter, distance_m, distance_m <= 0)


def test_what_answers_is_listed_first_and_nothing_beyond_fifty_kilometres() -> None:
    near, old, far = hit(VEILLE, 20.0), hit(qpv(), 50_000.0), hit(qpv("QP062055"), 50_000.5)
    assert listed((old, far), (near, old, far)) == (old, near)


def test_the_texts_and_sources_of_an_answer_are_told_once_each_what_answers_first() -> None:
    old, new = hit(qpv(), 20.0), hit(qpv("QN06254M"), 30.0)
    texts = (new.perimeter.reference, old.perimeter.reference)
    assert references_of(Basis.OFFICIAL, (new,), (old, hit(VEILLE, 1.0), new)) == texts
    assert references_of(Basis.ESTIMATED, (new,), (old,)) == (ESTIMATE_REFERENCE, *texts)
    cells = replace(CANDIDATE, source=Source("carreaux"))
    assert sources_of([qpv(), VEILLE, cells, qpv("QN06254M")]) == (Source("contours"), Source("carreaux"))


def test_a_position_is_also_in_what_else_holds_it_that_day() -> None:
    official, over, beside = hit(qpv("QN06254M"), -10.0), hit(qpv(), -20.0), hit(qpv("QN06253M"), 30.0)
    veille, estimate = hit(VEILLE, -5.0), hit(CANDIDATE, -5.0)

    def others(answered: PerimeterHit | None) -> list[str]:
        known = (official, over, beside, veille, estimate)
        told = _also_in(tuple(one for one in known if one is not official or answered is official), answered, IN_2026)
        return [reason.partition("(")[2].partition(",")[0].rstrip(").") for reason in told]

    assert others(official) == ["V1", "C1"]
    assert others(beside) == ["V1"]  # that the estimate says another thing is told where the two are compared
    assert others(hit(replace(VEILLE, code="V2"), 40.0)) == ["V1", "C1"]
    assert others(hit(replace(VEILLE, kind=Kind.ANRU), 40.0)) == ["V1", "C1"]
    assert others(None) == ["V1", "C1"]


@pytest.mark.parametrize(
    ("verdict", "distance_m", "accuracies_m", "said"),
    [
        (
            VerdictCode.INSIDE,
            -60.0,
            (0.0, 0.0),
            "Dedans : toute la rue est dans : {name}, à 60 m au moins de la limite.",
        ),
        (
            VerdictCode.OUTSIDE,
            50_001.0,
            (0.0, 0.0),
            "Dehors : toute la rue est à plus de 50 km de tout périmètre connu.",
        ),
        (
            VerdictCode.OUTSIDE,
            50_000.0,
            (0.0, 0.0),
            "Dehors : toute la rue est à 50 km au moins du périmètre le plus proche, {name}.",
        ),
        (
            VerdictCode.UNCERTAIN,
            -12.0,
            (20.0, 25.0),
            "À vérifier : toute la rue est du même côté de la limite, mais à 12 m d'elle, et ses adresses ne sont "
            "connues qu'à 20 m près ; le contour n'est connu qu'à 25 m près ({name}).",
        ),
        (
            VerdictCode.UNCERTAIN,
            12.0,
            (20.0, 0.0),
            "À vérifier : toute la rue est du même côté de la limite, mais à 12 m d'elle, et ses adresses ne sont "
            "connues qu'à 20 m près ({name}).",
        ),
        (
            VerdictCode.UNCERTAIN,
            0.0,
            (0.0, 0.0),
            "À vérifier : sans numéro, la réponse dépend de l'endroit ; 25 % de l'ensemble est à l'intérieur ({name}).",
        ),
    ],
)
def test_a_whole_street_is_told_on_which_side_it_is_and_how_surely(
    verdict: VerdictCode, distance_m: float, accuracies_m: tuple[float, float], said: str
) -> None:
    street = at(0, 500, type=PositionType.STREET, firm=False, accuracy_m=accuracies_m[0])
    whole = shapely.MultiPoint([(EAST + east, NORTH + 500) for east in (-30, -20, -10, 10)])
    nearest = hit(replace(qpv(), accuracy_m=accuracies_m[1]), distance_m)
    found = judgement.Located(street, whole, (nearest,))
    told = _whole_sentence(found, verdict, nearest, (nearest,), complete=True).replace("\N{NO-BREAK SPACE}", " ")
    assert told == said.format(name="QPV « Beau Marais » (QP062056, génération 2015)")


@pytest.mark.parametrize(
    ("chance", "threshold", "verdict"),
    [
        (0.9, 0.9, VerdictCode.INSIDE),
        (0.89, 0.9, VerdictCode.UNCERTAIN),
        (0.125, 0.875, VerdictCode.OUTSIDE),
        (0.125, 0.9, VerdictCode.UNCERTAIN),
        (None, 0.51, VerdictCode.UNCERTAIN),
    ],
)
def test_a_threshold_decides_what_is_at_least_as_probable_on_either_side(
    chance: float | None, threshold: float, verdict: VerdictCode
) -> None:
    doubtful = replace(ask(at(500, 990, accuracy_m=20.0), qpv()), probability_inside=chance)
    decided = decided_at(doubtful, threshold)
    assert decided.verdict is verdict
    assert decided.decided_at == (None if verdict is VerdictCode.UNCERTAIN else threshold)
    assert len(decided.reasons) == len(doubtful.reasons) + (verdict is not VerdictCode.UNCERTAIN)


def test_what_is_sure_is_decided_by_no_threshold() -> None:
    for north_m in (500, 1500):
        sure = ask(at(500, north_m), qpv())
        assert decided_at(sure, 0.6) is sure


def test_where_nothing_is_known_the_sources_are_those_of_all_that_is_known_but_in_a_country() -> None:
    lost = NotFound("Rue absente de la liste.")
    assert ask(lost, qpv(), CANDIDATE).sources == (Source("contours"),)
    country = PerimeterIndex([qpv(), CANDIDATE], country=shapely.box(-6, 41, 10, 52))
    assert decide(lost, country, IN_2026).sources == ()


def test_how_far_the_limit_is_of_a_commune_that_counts_by_law_is_not_claimed() -> None:
    commune = whole_commune_at(45.225, -12.785, "", IN_2026)
    assert commune is not None
    standing = standing_by_law(commune)
    assert (standing.verdict, standing.distance_m, standing.farthest_m) == (VerdictCode.INSIDE, 0.0, None)
