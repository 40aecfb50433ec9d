"""The stages of an action to the day, and what is said of what its ground rests on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import shapely
from square_quarter import VEILLE, qpv

from geoville.crs import RGR92_UTM40
from geoville.eligibility.actions.action import (
    ActionGround,
    Beneficiaries,
    Benefit,
    EvidenceBasis,
    LayerFinding,
    SpotFinding,
    SpotStanding,
    StageFinding,
    StatedShare,
)
from geoville.eligibility.actions.check import (
    BOP_147,
    PRE,
    REGION,
    ActionLayers,
    Stage,
    beneficiaries,
    period_notes,
    readings,
    stage_finding,
    stages,
)
from geoville.eligibility.decide import decide
from geoville.eligibility.index import PerimeterIndex
from geoville.eligibility.sentences import none_in_force
from geoville.model import Basis, PerimeterHit, RuleStatus
from geoville.workflows.lookup import typed_position

NEW_YEAR = date(2024, 1, 1)
EVE = date(2023, 12, 31)
OUT, IN, UNSURE = SpotStanding.OUTSIDE, SpotStanding.INSIDE, SpotStanding.UNCERTAIN
STAGE = Stage(NEW_YEAR, NEW_YEAR, 2024)


def layer(standing: SpotStanding) -> LayerFinding:
    return LayerFinding(standing, Basis.OFFICIAL, "")


def finding(
    quarters: SpotStanding = OUT,
    vecu: SpotStanding = OUT,
    veille: SpotStanding = OUT,
    benefit: Benefit = Benefit.NOT_STATED,
    basis: EvidenceBasis = EvidenceBasis.DECLARED,
) -> StageFinding:
    spot = SpotFinding("ici", layer(quarters), layer(vecu), layer(veille))
    return stage_finding(STAGE, (spot,), Beneficiaries(benefit, basis, None, ()))


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (EVE, EVE, [(EVE, EVE, 2015)]),
        (NEW_YEAR, NEW_YEAR, [(NEW_YEAR, NEW_YEAR, 2024)]),
        (EVE, NEW_YEAR, [(EVE, EVE, 2015), (NEW_YEAR, NEW_YEAR, 2024)]),
    ],
)
def test_an_action_is_cut_on_the_very_day_on_which_the_quarters_change(
    start: date, end: date, expected: list[tuple[date, date, int]]
) -> None:
    assert [(stage.start, stage.end, stage.generation) for stage in stages(start, end, ())] == expected


def test_an_action_is_cut_where_a_perimeter_ends_though_none_begins() -> None:
    closed = replace(VEILLE, valid_from=date(2024, 3, 1), valid_to=date(2024, 6, 30))
    cuts = [stage.start for stage in stages(date(2024, 2, 1), date(2024, 12, 31), [closed])]
    assert cuts == [date(2024, 2, 1), date(2024, 3, 1), date(2024, 7, 1)]


def test_the_dates_of_overseas_count_where_every_perimeter_is_there() -> None:
    overseas = replace(VEILLE, epsg=RGR92_UTM40)
    assert [stage.generation for stage in stages(NEW_YEAR, NEW_YEAR, [overseas])] == [2015]
    assert [stage.generation for stage in stages(NEW_YEAR, NEW_YEAR, [overseas, VEILLE])] == [2024]


def test_the_change_of_generation_is_told_in_order() -> None:
    [note] = period_notes(stages(date(2023, 9, 1), date(2024, 6, 30), ()))
    days = ["1er septembre 2023", "31 décembre 2023", "1er janvier 2024", "30 juin 2024"]
    ranks = [
        note.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ").find(day) for day in days
    ]
    assert -1 not in ranks
    assert ranks == sorted(ranks)


@pytest.mark.parametrize(("other", "partly"), [(IN, False), (OUT, True), (SpotStanding.PARTLY, True), (UNSURE, True)])
def test_an_action_is_there_in_part_where_another_of_its_places_is_not(other: SpotStanding, partly: bool) -> None:
    spots = tuple(SpotFinding("ici", layer(standing), layer(OUT), layer(OUT)) for standing in (IN, other))
    found = stage_finding(STAGE, spots, None)
    assert (found.ground, found.partial) == (ActionGround.IN_QPV, partly)
    assert ("en partie seulement" in found.reason) is partly


def test_an_action_outside_is_nowhere_in_part() -> None:
    assert not finding().partial


@pytest.mark.parametrize("basis", list(EvidenceBasis))
def test_a_ground_is_estimated_where_the_evidence_that_it_rests_on_is(basis: EvidenceBasis) -> None:
    served = finding(benefit=Benefit.SHOWN, basis=basis)
    assert served.ground is ActionGround.ELSEWHERE_WITH_EVIDENCE
    assert served.basis is (Basis.ESTIMATED if basis is EvidenceBasis.ESTIMATED else Basis.OFFICIAL)


def test_an_action_in_a_quarter_rests_on_its_place_whatever_the_evidence() -> None:
    assert finding(quarters=IN, benefit=Benefit.SHOWN, basis=EvidenceBasis.ESTIMATED).basis is Basis.OFFICIAL


def test_an_action_before_the_first_quarters_is_told_so_as_an_address_is() -> None:
    """Décret 2014-1750: the first lists are in force on 1 January 2015, of addresses and of actions alike."""
    day = date(2014, 12, 31)
    spot = SpotFinding("ici", *[layer(SpotStanding.UNKNOWN)] * 3)
    early = stage_finding(Stage(day, day, None), (spot,), None)
    assert "aucun QPV n'existait le 31 décembre 2014 ; les premiers datent du 1er janvier 2015." in early.reason
    told = decide(typed_position(1.88, 50.95), PerimeterIndex([qpv()]), day).reasons[0]
    assert none_in_force(day) in told
    assert none_in_force(day) in early.reason
    assert "n'est pas un « non »" in early.reason


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"quarters": SpotStanding.UNKNOWN}, "aucun contour de QPV en vigueur"),
        ({"quarters": SpotStanding.NOT_FOUND}, "un lieu n'est pas trouvé"),
        ({"quarters": UNSURE}, "On ne sait pas : "),
    ],
)
def test_what_is_not_known_says_why_and_rests_on_nothing(asked: dict, why: str) -> None:
    found = finding(**asked)
    assert (found.ground, found.basis, found.partial) == (ActionGround.UNKNOWN, None, False)
    assert why in found.reason
    assert "Ce n'est pas un « non »." in found.reason


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"benefit": Benefit.UNDECIDED}, "ce qui est dit de ses bénéficiaires ne tranche pas"),
        ({"vecu": IN}, "Elle est dans un quartier vécu"),
        ({"veille": UNSURE}, "on ne sait pas si elle est en veille"),
    ],
)
def test_what_an_action_outside_lacks_is_said_and_nothing_is_refused(asked: dict, why: str) -> None:
    found = finding(**asked)
    assert (found.ground, found.basis) == (ActionGround.OUTSIDE_QPV, Basis.OFFICIAL)
    assert why in found.reason
    assert "il reste à montrer" in found.reason


@pytest.mark.parametrize(
    ("distances_m", "told"),
    [((50_000.0,), "à 50 km"), ((50_001.0,), None), ((400.0, 300.0), "à 300 m"), ((300.0, 400.0), "à 300 m")],
)
def test_the_nearest_quarter_of_the_places_of_an_action_is_told_up_to_fifty_kilometres(
    distances_m: tuple[float, ...], told: str | None
) -> None:
    spots = tuple(
        SpotFinding("ici", replace(layer(OUT), nearest=PerimeterHit(qpv(), metres, False)), layer(OUT), layer(OUT))
        for metres in distances_m
    )
    reason = stage_finding(STAGE, spots, None).reason.replace("\N{NO-BREAK SPACE}", " ")
    assert (f" ; le plus proche est QP062056 Beau Marais, {told}." in reason) is bool(told)
    assert ("le plus proche" in reason) is bool(told)


NOWHERE_KNOWN = SpotStanding.NOT_FOUND


@pytest.mark.parametrize(
    ("standings", "of_vecu", "of_veille"),
    [
        ((OUT, OUT), "Elle n'est dans aucun quartier vécu connu", ""),
        ((OUT, UNSURE), "On ne sait pas si elle est dans un quartier vécu", ", on ne sait pas si elle est en veille"),
        (
            (OUT, NOWHERE_KNOWN),
            "On ne sait pas si elle est dans un quartier vécu",
            ", on ne sait pas si elle est en veille",
        ),
        (
            (NOWHERE_KNOWN, SpotStanding.UNKNOWN),
            "Aucun quartier vécu n'est connu ici",
            ", aucun quartier de veille n'est connu ici",
        ),
    ],
)
def test_what_is_known_of_vecu_and_veille_is_said_of_all_the_places(
    standings: tuple[SpotStanding, ...], of_vecu: str, of_veille: str
) -> None:
    spots = tuple(SpotFinding("ici", layer(OUT), layer(standing), layer(standing)) for standing in standings)
    reason = stage_finding(STAGE, spots, None).reason
    assert f" {of_vecu}{of_veille}, et rien n'est dit de ses bénéficiaires :" in reason


@pytest.mark.parametrize("is_area", [True, False], ids=["zone", "place"])
def test_loi_2025_797_makes_quarters_of_communes_of_mayotte_and_neither_vecu_nor_veille(*, is_area: bool) -> None:
    layers = ActionLayers(PerimeterIndex((qpv("QN06254M"), VEILLE)))
    if is_area:
        found = layers.zone(shapely.box(45.22, -12.79, 45.23, -12.78), date(2026, 1, 1))
    else:
        found = layers.place(1, typed_position(45.228, -12.78), date(2026, 1, 1))
    assert found.quarters.standing is SpotStanding.INSIDE
    assert {found.vecu.standing, found.veille.standing} == {SpotStanding.UNKNOWN}


@pytest.mark.parametrize(
    ("asked", "status", "why"),
    [
        (
            {"vecu": IN, "benefit": Benefit.SHOWN},
            RuleStatus.TO_CHECK,
            "elle a lieu dans un quartier vécu, et une preuve",
        ),
        ({"benefit": Benefit.SHOWN}, RuleStatus.TO_CHECK, "une preuve est donnée, mais aucun quartier vécu connu"),
        ({"veille": IN}, RuleStatus.TO_CHECK, "La veille n'ouvre pas d'elle-même"),
        ({"veille": IN, "benefit": Benefit.SHOWN}, RuleStatus.TO_CHECK, "une preuve est donnée, mais aucun quartier"),
        ({}, RuleStatus.UNKNOWN, "ne le montre pas encore"),
        ({"benefit": Benefit.EXCLUDED}, RuleStatus.NOT_MET, "Ni le lieu, ni ce qui est donné"),
        ({"quarters": UNSURE}, RuleStatus.UNKNOWN, "ne permet pas de le dire"),
    ],
)
def test_the_credits_of_the_bop_147_follow_an_action_outside_that_is_shown_to_benefit_a_quarter(
    asked: dict, status: RuleStatus, why: str
) -> None:
    benefit = asked.get("benefit", Benefit.NOT_STATED)
    (read,) = [one for one in readings(finding(**asked), benefit) if one.rule.id == BOP_147]
    assert read.status is status
    assert why in read.reason
    asks = any(text.startswith("la preuve que l'action bénéficie aux habitants d'un QPV") for text in read.to_check)
    assert asks is (status is not RuleStatus.NOT_MET)


@pytest.mark.parametrize(
    ("quarters", "veille", "status", "kept"),
    [
        (OUT, IN, RuleStatus.UNVERIFIED, True),  # the contract is sure until 2020
        (SpotStanding.PARTLY, OUT, RuleStatus.UNVERIFIED, False),
        (OUT, OUT, RuleStatus.NOT_MET, False),
        (OUT, UNSURE, RuleStatus.UNKNOWN, False),
        (UNSURE, OUT, RuleStatus.UNKNOWN, False),
    ],
)
def test_the_region_s_own_credits_are_open_to_quarters_and_to_the_veille(
    quarters: SpotStanding, veille: SpotStanding, status: RuleStatus, kept: bool
) -> None:
    read = {one.rule.id: one for one in readings(finding(quarters=quarters, veille=veille), Benefit.NOT_STATED)}
    assert read[REGION].status is status
    assert (PRE in read) is kept


@pytest.mark.parametrize(
    ("share", "told", "benefit"),
    [
        (0.0, (0.0, 0.0), Benefit.EXCLUDED),
        (0.004, (0.0, 0.01), Benefit.SHOWN),
        (0.57, (0.57, 0.57), Benefit.SHOWN),  # 56.99999999999999 in binary
        (0.571, (0.57, 0.58), Benefit.SHOWN),
        (1.0, (1.0, 1.0), Benefit.SHOWN),
    ],
)
def test_a_stated_share_is_told_to_the_whole_percent_outwards(
    share: float, told: tuple[float, float], benefit: Benefit
) -> None:
    found = beneficiaries(StatedShare(share), PerimeterIndex([]), NEW_YEAR)
    assert (found.share, found.benefit, found.basis) == (told, benefit, EvidenceBasis.DECLARED)
