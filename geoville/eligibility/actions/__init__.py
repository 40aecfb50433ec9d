"""What an action may rest on: the one answer that every door gives about an action."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from geoville import french
from geoville.eligibility.actions.action import (
    Action,
    ActionFinding,
    ActionGround,
    Beneficiaries,
    Benefit,
    EvidenceBasis,
    Homes,
    SpotStanding,
    StageFinding,
)
from geoville.eligibility.actions.ground import stage_finding
from geoville.eligibility.actions.period import period_notes, stages
from geoville.eligibility.actions.public import beneficiaries
from geoville.eligibility.actions.readings import readings
from geoville.model import Basis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoville.eligibility.actions.period import Stage
    from geoville.eligibility.actions.places import ActionLayers
    from geoville.perimeters.areas import PopulatedCells


def check_action(action: Action, layers: ActionLayers, population: PopulatedCells | None = None) -> ActionFinding:
    """Say what an action may rest on over its period, who benefits, and what a human still has to check.

    Parameters
    ----------
    action : with its places already looked for.
    layers : the perimeters known.
    population : people of the territory, in the perimeters' CRS, for an action whose public is a catchment.

    Notes
    -----
    Contrat de ville: an action is located in a QPV; in a vécu perimeter or elsewhere, with evidence that inhabitants of
    QPV benefit; or in veille. No text that was read sets the share of beneficiaries that is enough.
    """
    periods = stages(action.start, action.end, layers.perimeters)
    told = [_stage(action, period, layers, population) for period in periods]
    found, public = tuple(stage for stage, _ in told), told[0][1]
    first = found[0]
    read = readings(first, public.benefit if public else Benefit.NOT_STATED)
    notes = tuple(_notes(periods, found))
    layer_findings = [item for spot in first.spots for item in (spot.quarters, spot.vecu, spot.veille)]
    references = [reading.rule.reference for reading in read]
    references += [text for item in layer_findings for text in item.references]
    sources = [source for item in layer_findings for source in item.sources]
    sources += public.sources if public else ()
    return ActionFinding(
        action=action,
        stages=found,
        beneficiaries=public,
        readings=read,
        notes=notes,
        evidence_used=tuple(_used(first, public)),
        evidence_missing=tuple(_missing(first, public)),
        to_check=tuple(_to_check(action, found, public)),
        references=tuple(dict.fromkeys(references)),
        sources=tuple(dict.fromkeys(sources)),
    )


def _stage(
    action: Action, stage: Stage, layers: ActionLayers, population: PopulatedCells | None
) -> tuple[StageFinding, Beneficiaries | None]:
    spots = [layers.place(rank, found, stage.start) for rank, found in enumerate(action.places, start=1)]
    if action.zone is not None:
        spots.append(layers.zone(action.zone, stage.start))
    public = beneficiaries(action.public, layers.quarters, stage.start, population) if action.public else None
    return stage_finding(stage, tuple(spots), public), public


def _notes(periods: tuple[Stage, ...], found: tuple[StageFinding, ...]) -> Iterator[str]:
    """What changes during the action, and what the answer cannot tell of it."""
    notes = period_notes(periods)
    yield from notes
    if notes and any(spot.quarters.basis is Basis.ESTIMATED for stage in found for spot in stage.spots):
        yield "Les périmètres estimés n'ont pas de génération : ils ne disent rien de ce changement."
    for before, after in pairwise(found):
        if (before.ground, before.basis) != (after.ground, after.basis):
            yield f"La réponse change le {french.long_date(after.start)}. {after.reason}"


def _used(stage: StageFinding, public: Beneficiaries | None) -> Iterator[str]:
    for spot in stage.spots:
        around = () if stage.ground is ActionGround.IN_QPV else (spot.vecu, spot.veille)
        for item in (spot.quarters, *around):
            if item.standing not in (SpotStanding.NOT_FOUND, SpotStanding.UNKNOWN):
                yield f"Lieu : {spot.label}. {item.reason}"
    yield from public.reasons if public else ()


def _missing(stage: StageFinding, public: Beneficiaries | None) -> Iterator[str]:
    quarters = [spot.quarters for spot in stage.spots]
    if any(item.standing in (SpotStanding.UNCERTAIN, SpotStanding.NOT_FOUND) for item in quarters):
        yield "La position exacte de chaque lieu (un numéro et une rue, ou des coordonnées)."
    if any(item.basis is Basis.ESTIMATED or item.standing is SpotStanding.UNKNOWN for item in quarters):
        yield f"Le contour officiel des QPV en vigueur le {french.long_date(stage.start)}."
    if stage.ground is ActionGround.IN_QPV:
        return
    if any(spot.vecu.standing is SpotStanding.UNKNOWN for spot in stage.spots):
        yield "Les quartiers vécus."
    if any(spot.veille.standing is SpotStanding.UNKNOWN for spot in stage.spots):
        yield "Les quartiers de veille."
    if public is None or public.benefit is not Benefit.SHOWN:
        yield (
            "De quoi montrer que des habitants de QPV bénéficient de l'action : la part ou le nombre de bénéficiaires "
            "par quartier, la liste de leurs adresses, ou le secteur desservi."
        )


def _to_check(action: Action, found: tuple[StageFinding, ...], public: Beneficiaries | None) -> Iterator[str]:
    first = found[0]
    if len({stage.ground for stage in found}) > 1:
        yield "Laquelle des réponses de la période compte pour la décision."
    if first.partial:
        yield "La part de l'action qui a lieu dans le périmètre : une partie de ses lieux est ailleurs ou mal située."
    if first.basis is Basis.ESTIMATED:
        yield "Le contour officiel, puisque celui d'ici est estimé, sans valeur réglementaire."
    if public is not None and public.basis is EvidenceBasis.DECLARED:
        yield "Ce que le porteur déclare de ses bénéficiaires."
    if public is not None and public.benefit is Benefit.SHOWN and first.ground is not ActionGround.IN_QPV:
        yield "Si la part de bénéficiaires habitant un QPV suffit : aucun des textes lus ne fixe de seuil."
    if isinstance(action.public, Homes):
        yield "Les adresses non trouvées, s'il y en a : « geoville lookup-file » les signale ligne par ligne."
