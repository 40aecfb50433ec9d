"""The answer about an action: its ground, its period, its beneficiaries, its readings, and what is missing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from made_up_actions import (
    ALL,
    CANDIDATE,
    IN_2015,
    IN_2024,
    IN_VECU,
    IN_VEILLE,
    NEAR_LIMIT,
    OUTSIDE,
    QPV_2015,
    QPV_2024,
    VECU,
    VEILLE,
    action,
    at,
    homes,
    layers,
    zone,
)
from shapely import affinity

from geoville.eligibility.actions.action import ActionGround as Ground
from geoville.eligibility.actions.action import Benefit, Catchment, EvidenceBasis, StatedCounts, StatedShare
from geoville.eligibility.actions.check import ADULTES_RELAIS, BOP_147, PRE, REGION, check_action
from geoville.eligibility.documents import action_document
from geoville.model import Basis, NotFound, RuleStatus
from geoville.perimeters.areas import PopulatedCells

HALF, NOBODY = StatedShare(0.5), StatedShare(0.0)
LOST = NotFound("Rue absente de la liste.")

GROUNDS = {
    "in a QPV": ([at(IN_2024)], None, Ground.IN_QPV),
    "in a QPV, nobody of it": ([at(IN_2024)], NOBODY, Ground.IN_QPV),
    "one place of two in a QPV": ([at(OUTSIDE), at(IN_2024)], None, Ground.IN_QPV),
    "in a QPV out of force": ([at(IN_2015)], None, Ground.OUTSIDE_QPV),
    "in vécu with evidence": ([at(IN_VECU)], HALF, Ground.IN_VECU),
    "in vécu, nothing said": ([at(IN_VECU)], None, Ground.OUTSIDE_QPV),
    "in vécu, nobody of a QPV": ([at(IN_VECU)], NOBODY, Ground.NONE),
    "in veille": ([at(IN_VEILLE)], None, Ground.IN_VEILLE),
    "in veille with evidence": ([at(IN_VEILLE)], HALF, Ground.IN_VEILLE),
    "elsewhere with evidence": ([at(OUTSIDE)], HALF, Ground.ELSEWHERE_WITH_EVIDENCE),
    "elsewhere, nothing said": ([at(OUTSIDE)], None, Ground.OUTSIDE_QPV),
    "elsewhere, nobody of a QPV": ([at(OUTSIDE)], NOBODY, Ground.NONE),
    "elsewhere, evidence too small to tell": ([at(OUTSIDE)], homes(3, 0, 0, 4), Ground.OUTSIDE_QPV),
    "not found": ([LOST], None, Ground.UNKNOWN),
    "not found, with evidence": ([LOST], HALF, Ground.UNKNOWN),
    "one place found of two, elsewhere": ([LOST, at(OUTSIDE)], HALF, Ground.UNKNOWN),
    "near the limit": ([at(NEAR_LIMIT, accuracy_m=15.0)], HALF, Ground.UNKNOWN),
}


@pytest.mark.parametrize(("places", "public", "ground"), GROUNDS.values(), ids=GROUNDS)
def test_ground(places, public, ground):
    assert check_action(action(*places, public=public), layers()).ground is ground


def test_an_unknown_layer_is_never_a_no():
    only_quarters = check_action(action(at(OUTSIDE)), layers(QPV_2024))
    assert only_quarters.ground is Ground.OUTSIDE_QPV, "what to give is told, and nothing is refused"
    assert all(
        reading.status is not RuleStatus.NOT_MET for reading in only_quarters.readings if reading.rule.id == BOP_147
    )
    assert "Aucun quartier vécu n'est connu ici" in only_quarters.stages[0].reason
    assert {"Les quartiers vécus.", "Les quartiers de veille."} <= set(only_quarters.evidence_missing)
    without_vecu = check_action(action(at(OUTSIDE), public=NOBODY), layers(QPV_2024, VEILLE))
    assert without_vecu.ground is Ground.NONE, "vécu needs evidence, which excludes it"
    no_quarter_in_force = check_action(action(at(OUTSIDE)), layers(QPV_2015, VECU, VEILLE))
    assert no_quarter_in_force.ground is Ground.UNKNOWN
    assert "Le contour officiel des QPV en vigueur le 1er mars 2024." in no_quarter_in_force.evidence_missing


def test_a_part_of_the_places_is_said_and_never_met():
    whole = check_action(action(at(IN_2024)), layers()).stages[0]
    part = check_action(action(at(IN_2024), LOST), layers())
    assert not whole.partial
    assert part.stages[0].partial
    assert "en partie seulement" in part.stages[0].reason
    assert all(reading.status is not RuleStatus.MET for reading in part.readings)
    assert any("ailleurs ou mal située" in text for text in part.to_check)


def test_an_estimate_is_always_said_and_never_met():
    found = check_action(action(at(IN_2024)), layers(CANDIDATE, VECU, VEILLE))
    assert (found.ground, found.stages[0].basis) == (Ground.IN_QPV, Basis.ESTIMATED)
    assert "estimé, sans valeur réglementaire" in found.stages[0].reason
    assert all(reading.status is not RuleStatus.MET for reading in found.readings)
    assert any(text.startswith("Le contour officiel") for text in found.evidence_missing)
    official = check_action(action(at(IN_2024)), layers())
    assert official.stages[0].basis is Basis.OFFICIAL
    assert "contour officiel" in official.stages[0].reason


def test_the_period_is_cut_where_the_generation_changes():
    found = check_action(action(at(IN_2015), start=date(2023, 9, 1), end=date(2024, 6, 30)), layers())
    assert [(stage.start, stage.end, stage.generation, stage.ground) for stage in found.stages] == [
        (date(2023, 9, 1), date(2023, 12, 31), 2015, Ground.IN_QPV),
        (date(2024, 1, 1), date(2024, 6, 30), 2024, Ground.OUTSIDE_QPV),
    ]
    assert found.ground is Ground.IN_QPV, "that of its first day"
    assert "change pendant l'action" in found.notes[0]
    assert found.notes[-1].startswith("La réponse change le 1er janvier 2024.")
    assert found.to_check[0].startswith("Laquelle des réponses")


def test_a_change_of_generation_is_said_even_of_estimates():
    found = check_action(action(at(IN_2024), start=date(2023, 9, 1), end=date(2024, 6, 30)), layers(CANDIDATE))
    assert [stage.generation for stage in found.stages] == [2015, 2024]
    assert "n'ont pas de génération" in found.notes[1]
    within = check_action(action(at(IN_2024)), layers(CANDIDATE))
    assert within.notes == ()


def readings_of(*places, public=None, on=date(2019, 3, 1), among=ALL):
    found = check_action(action(*places, public=public, start=on, end=on), layers(*among))
    return {reading.rule.id: reading for reading in found.readings}


def test_readings_of_a_place_in_a_quarter():
    read = readings_of(at(IN_2015, citycode="62193"))
    assert read[REGION].status is RuleStatus.MET
    assert read[BOP_147].status in (RuleStatus.MET, RuleStatus.TO_CHECK)
    assert PRE not in read


def test_readings_of_a_place_in_veille():
    read = readings_of(at(IN_VEILLE, citycode="62193"))
    assert read[REGION].status is RuleStatus.MET
    assert read[BOP_147].status is RuleStatus.TO_CHECK
    assert {read[PRE].status, read[ADULTES_RELAIS].status} == {RuleStatus.TO_CHECK}
    assert "maintenu" in read[PRE].reason


def test_readings_of_a_place_elsewhere():
    without = readings_of(at(OUTSIDE, citycode="62193"))
    assert (without[BOP_147].status, without[REGION].status) == (RuleStatus.UNKNOWN, RuleStatus.NOT_MET)
    refused = readings_of(at(OUTSIDE, citycode="62193"), public=NOBODY)
    assert refused[BOP_147].status is RuleStatus.NOT_MET
    with_evidence = readings_of(at(OUTSIDE, citycode="62193"), public=HALF)
    assert with_evidence[BOP_147].status is RuleStatus.TO_CHECK
    assert any("aucun des textes lus ne fixe de seuil" in text for text in with_evidence[BOP_147].to_check)


def test_a_contract_that_may_have_ended_is_not_verified():
    read = readings_of(at(IN_2024, citycode="62193"), on=date(2026, 3, 1))
    assert read[REGION].status is RuleStatus.UNVERIFIED
    assert any("validité à vérifier" in text for text in read[REGION].to_check)


def test_a_contract_is_not_read_elsewhere():
    assert REGION not in readings_of(at(IN_2015, citycode="59512"))


def test_nothing_is_met_nor_refused_of_a_place_that_is_not_found():
    read = readings_of(LOST)
    assert {reading.status for reading in read.values()} == {RuleStatus.UNKNOWN}


def test_a_zone_is_placed_whole_or_in_part():
    whole = check_action(action(area=zone(650, 50, 900, 300)), layers()).stages[0]
    part = check_action(action(area=zone(500, 50, 900, 300)), layers()).stages[0]
    out = check_action(action(area=zone(5_000, 50, 5_100, 300)), layers()).stages[0]
    assert [(stage.ground, stage.partial) for stage in (whole, part, out)] == [
        (Ground.IN_QPV, False),
        (Ground.IN_QPV, True),
        (Ground.OUTSIDE_QPV, False),
    ]


@pytest.mark.parametrize(
    ("area", "met", "nearest"),
    [
        (zone(650, 50, 900, 300), ["QN06291M"], None),
        (zone(500, 50, 900, 300), ["QN06291M"], None),  # in part: it is there that it takes place, all the same
        (zone(500, 50, 590, 300), [], "QN06291M"),
    ],
    ids=["whole", "in part", "beside"],
)
def test_an_area_is_in_the_quarters_that_it_meets_and_beside_the_others(area, met, nearest):
    [spot] = check_action(action(area=area), layers()).stages[0].spots
    assert [hit.perimeter.code for hit in spot.quarters.met] == met
    assert (spot.quarters.nearest.perimeter.code if spot.quarters.nearest else None) == nearest


@pytest.mark.parametrize(
    ("places", "why"),
    [
        ([at(OUTSIDE), LOST], "un lieu n'est pas trouvé, ou sort du territoire connu (Rue absente de la liste)"),
        ([at(NEAR_LIMIT, accuracy_m=15.0), LOST], "un lieu n'est pas trouvé, ou sort du territoire connu (Rue absente"),
        ([at(OUTSIDE), at(NEAR_LIMIT, accuracy_m=15.0)], "la position, à 3 m à l'extérieur"),
    ],
)
def test_why_nothing_is_known_is_told_of_the_place_of_which_it_is_not(places, why):
    limit = replace(QPV_2024, accuracy_m=5.0)
    reason = check_action(action(*places), layers(QPV_2015, limit, VECU, VEILLE)).stages[0].reason
    assert reason.replace("\N{NO-BREAK SPACE}", " ").startswith(f"On ne sait pas : {why}")


def test_an_action_outside_is_told_the_nearest_quarter_and_what_to_give():
    reason = check_action(action(at(OUTSIDE)), layers()).stages[0].reason
    assert f"le plus proche est {QPV_2024.code}" in reason
    assert "rien n'est dit de ses bénéficiaires" in reason
    in_vecu = check_action(action(at(IN_VECU)), layers()).stages[0].reason
    assert "dans un quartier vécu" in in_vecu


def test_the_share_of_homes_is_an_interval_when_some_are_unsure():
    public = check_action(action(at(OUTSIDE), public=homes(40, 12, 18, 30)), layers()).beneficiaries
    assert public is not None
    assert public.share == (0.30, 0.60)
    assert (public.benefit, public.basis) == (Benefit.SHOWN, EvidenceBasis.OFFICIAL)
    assert public.counts is not None
    assert (public.counts.total, [cell.people for cell in public.counts.cells]) == (100, [40, 12, 18, 30])


def test_small_counts_of_homes_are_hidden_and_widen_the_share():
    public = check_action(action(at(OUTSIDE), public=homes(38, 2, 0, 60)), layers()).beneficiaries
    assert public is not None
    assert public.counts is not None
    assert [cell.people for cell in public.counts.cells] == [None, None, None, 60]
    assert public.share == (0.6, 0.8)
    assert any("moins de 11 personnes" in reason for reason in public.reasons)


def test_stated_counts_of_another_generation_are_unsure():
    stated = StatedCounts((("QN06291M", 40), ("QP062901", 20), ("QN06253M", 15)), 100)
    public = check_action(action(at(OUTSIDE), public=stated), layers()).beneficiaries
    assert public is not None
    assert public.share == (0.55, 0.75)
    assert public.basis is EvidenceBasis.DECLARED
    assert "QP062901" in public.reasons[1]
    assert "QN06253M" not in public.reasons[1], "an official code of the generation in force, though its contour lacks"


def test_a_quarter_of_which_no_contour_is_known_is_known_by_its_code_in_its_years_alone():
    stated = StatedCounts((("QN06291M", 40), ("QP062999", 20), ("QUARTIER-1", 15)), 100)
    public = check_action(action(at(OUTSIDE), public=stated), layers()).beneficiaries
    assert public is not None
    assert public.share == (0.40, 0.75), "a code of 2015, and one of no generation, are in no QPV of 2024 for sure"
    assert public.reasons[1].endswith(": QP062999, QUARTIER-1.")


def test_a_catchment_gives_an_estimated_share():
    squares = np.array([affinity.translate(QPV_2024.geometry, east) for east in (0, 1_000)])
    people = PopulatedCells(squares, np.array([300.0, 100.0]))
    public = check_action(action(at(OUTSIDE), public=Catchment(zone(0, 0, 3_000, 400))), layers(), people).beneficiaries
    assert public is not None
    assert public.share == (0.75, 0.75)
    assert public.basis is EvidenceBasis.ESTIMATED
    empty = check_action(action(at(OUTSIDE), public=Catchment(zone(0, 3_000, 400, 3_400))), layers(), people)
    assert empty.beneficiaries is not None
    assert (empty.beneficiaries.share, empty.beneficiaries.benefit) == (None, Benefit.UNDECIDED)


def test_what_the_bearer_declares_is_to_be_checked():
    found = check_action(action(at(OUTSIDE), public=HALF), layers())
    assert "déclarée par le porteur et non vérifiée" in found.evidence_used[-1]
    assert "Ce que le porteur déclare de ses bénéficiaires." in found.to_check


def test_the_document_is_json_and_holds_no_home():
    found = check_action(action(at(OUTSIDE), public=homes(38, 2, 0, 60)), layers())
    text = json.dumps(action_document(found), ensure_ascii=False, allow_nan=False)
    home = at(IN_2024)
    assert str(home.lon)[:7] not in text
    assert '"ground": "elsewhere_with_evidence"' in text


def test_the_document_says_what_the_answer_rests_on_and_leaves_out_what_is_not_known():
    document = action_document(replace(check_action(action(at(IN_2024)), layers()), data_version="abc"))
    assert (document["basis"], document["data_version"]) == ("official", "abc")
    assert document["beneficiaries"] is None
    named = replace(action(at(IN_2024)), bearer="Une association")
    assert action_document(check_action(named, layers()))["bearer"] == "Une association"
    assert action_document(check_action(replace(named, bearer=""), layers()))["bearer"] is None
    unknown = action_document(replace(check_action(action(LOST), layers()), data_version=""))
    assert unknown["data_version"] is None
    counted = action_document(check_action(action(at(OUTSIDE), public=homes(38, 2, 0, 60)), layers()))
    assert counted["beneficiaries"]["total"] == 100
    assert counted["beneficiaries"]["basis"] == "official"
    stated = action_document(check_action(action(at(OUTSIDE), public=HALF), layers()))
    assert (stated["beneficiaries"]["total"], stated["beneficiaries"]["counts"]) == (None, [])
    assert (stated["beneficiaries"]["share_least"], stated["beneficiaries"]["share_most"]) == (0.5, 0.5)


def test_what_was_found_of_a_place_is_used_and_what_was_not_is_missing():
    found = check_action(action(at(IN_2024)), layers())
    assert any(text.startswith("Lieu : ") for text in found.evidence_used)
    lost = check_action(action(LOST), layers())
    assert not any(text.startswith("Lieu : ") for text in lost.evidence_used)


@pytest.mark.parametrize(
    ("place", "public", "asked"), [(OUTSIDE, HALF, True), (OUTSIDE, NOBODY, False), (IN_2024, HALF, False)]
)
def test_whether_a_share_is_enough_is_asked_where_it_is_what_the_answer_rests_on(place, public, asked):
    found = check_action(action(at(place), public=public), layers())
    assert any("suffit : aucun des textes lus" in text for text in found.to_check) is asked


def test_what_is_missing_depends_on_why_a_place_was_not_found():
    exact, which = "La position exacte de chaque lieu", "Le lieu de l'action"
    lost = check_action(action(LOST), layers()).evidence_missing
    assert [any(text.startswith(words) for text in lost) for words in (exact, which)] == [True, False]
    known = check_action(action(at(OUTSIDE)), layers()).evidence_missing
    assert not {"Les quartiers vécus.", "Les quartiers de veille."} & set(known)


def test_an_answer_that_stays_the_same_is_not_said_to_change():
    found = check_action(action(at(OUTSIDE), start=date(2023, 9, 1), end=date(2024, 6, 30)), layers())
    assert [stage.ground for stage in found.stages] == [Ground.OUTSIDE_QPV] * 2
    assert not any(note.startswith("La réponse change") for note in found.notes)


@pytest.mark.parametrize(("public", "asked"), [(None, True), (NOBODY, True), (HALF, False)])
def test_what_would_show_a_benefit_is_asked_for_until_it_is_shown(public, asked):
    missing = check_action(action(at(OUTSIDE), public=public), layers()).evidence_missing
    assert any(text.startswith("De quoi montrer") for text in missing) is asked


@pytest.mark.parametrize(("public", "asked"), [(homes(38, 2, 0, 60), True), (HALF, False), (None, False)])
def test_addresses_not_found_are_asked_about_where_addresses_are_the_evidence(public, asked):
    to_check = check_action(action(at(OUTSIDE), public=public), layers()).to_check
    assert any(text.startswith("Les adresses non trouvées") for text in to_check) is asked
