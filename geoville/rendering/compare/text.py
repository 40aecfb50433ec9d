"""A comparison of two maps in French: names of the maps, of what changes, and the rows of its table."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from geoville.french import number, percent, quantity
from geoville.perimeters.fate import FATE_NAMES
from geoville.perimeters.overlay import Change
from geoville.rendering.perimeter_layer import ESTIMATED, LAYER_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geoville.model import Perimeter
    from geoville.perimeters.compare import Comparison, Group, Member
    from geoville.perimeters.flow import Extent, Flow

M2_IN_A_HECTARE = 10_000

CHANGE_NAMES = {Change.ENTER: "Entre", Change.LEAVE: "Sort", Change.STAY: "Reste"}

COLUMNS = ("Avant", "Après", "Devenir", "Habitants avant", "Sortent", "Restent", "Entrent", "Habitants après")


@dataclass(frozen=True, slots=True)
class TableRow:
    """Perimeters that answer to each other, and their figures in the order of `COLUMNS`.

    Parameters
    ----------
    old, new : name and people of each perimeter.
    people : five numbers of people.
    details : cells and surface of each of the five, empty where there is nothing.
    """

    old: tuple[tuple[str, str], ...]
    new: tuple[tuple[str, str], ...]
    fate: str
    people: tuple[str, ...]
    details: tuple[str, ...]


def table_rows(comparison: Comparison) -> tuple[TableRow, ...]:
    """One row per group of perimeters."""
    return tuple(_row(group) for group in comparison.groups)


def total_row(comparison: Comparison) -> TableRow:
    """The row of the two maps as wholes."""
    return TableRow((), (), "", *_figures(comparison.total))


def map_name(perimeters: Sequence[Perimeter]) -> str:
    """What a map shows: kinds of its perimeters with their generation, or the year of the grid they rest on."""
    return " ; ".join(dict.fromkeys(layer_name(item) for item in perimeters)) or "Aucun périmètre"


def layer_name(perimeter: Perimeter, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """Kind of a perimeter with its generation, or the year of the grid it rests on; says so if it is estimated.

    Parameters
    ----------
    names : of kinds; a kind that it leaves out has its usual name.
    """
    generation = f" {perimeter.generation}" if perimeter.generation else ""
    grid = f", grille {perimeter.vintage}" if perimeter.vintage else ""
    status = f" (contour {ESTIMATED})" if perimeter.estimated else ""
    return f"{names.get(perimeter.kind, LAYER_NAMES[perimeter.kind])}{generation}{grid}{status}"


def summary(comparison: Comparison) -> tuple[str, ...]:
    """French sentences: who enters, leaves and stays, and how alike the two maps are."""
    if not comparison.groups:
        return ("Aucune des deux cartes n'a de périmètre.",)
    total = comparison.total
    sentences = [
        f"Entrent : {size(total.enter)}.",
        f"Sortent : {size(total.leave)}.",
        f"Restent : {size(total.stay)}.",
    ]
    if round(comparison.people_between_groups):
        sentences.append(
            f"Parmi ceux qui restent, {quantity(comparison.people_between_groups, 'hab.')} passent d'un quartier à un "
            "autre : ils sortent de l'un et entrent dans l'autre."
        )
    likeness = f"F1 de population {number(total.f1, 3)}, rapport des surfaces (IoU) {number(total.area_iou, 3)}"
    return (*sentences, f"Ressemblance des deux cartes : {likeness}.")


def rules_sentence(comparison: Comparison) -> str:
    """How perimeters were paired, as a French sentence."""
    rules = comparison.rules
    return (
        f"Deux périmètres se répondent s'ils partagent au moins {percent(rules.link_share)} des habitants de l'un "
        f"d'eux ; un périmètre est inchangé si au plus {percent(rules.tolerance)} de ses habitants et de sa surface "
        "entrent ou sortent. Un carreau compte dès qu'il est couvert pour moitié."
    )


def size(extent: Extent) -> str:
    """People, cells and surface of an area."""
    return f"{quantity(extent.people, 'hab.')}, {cells_and_surface(extent)}"


def cells_and_surface(extent: Extent) -> str:
    """Populated cells and surface of an area.

    >>> from geoville.french import UNIT_SPACE
    >>> from geoville.perimeters.flow import Extent
    >>> cells_and_surface(Extent(120.0, 1, 52_000.0)).replace(UNIT_SPACE, " ")
    '1 carreau, 5,2 ha'
    """
    cells = quantity(extent.cells, "carreaux" if extent.cells > 1 else "carreau")
    return f"{cells}, {surface(extent)}"


def surface(extent: Extent) -> str:
    """Surface of an area in hectares."""
    return quantity(extent.area_m2 / M2_IN_A_HECTARE, "ha", 1)


def _row(group: Group) -> TableRow:
    return TableRow(
        tuple(_member(member, member.flow.before) for member in group.old),
        tuple(_member(member, member.flow.after) for member in group.new),
        FATE_NAMES[group.fate],
        *_figures(group.flow),
    )


def _member(member: Member, extent: Extent) -> tuple[str, str]:
    return member.perimeter.name, quantity(extent.people, "hab.")


def _figures(flow: Flow) -> tuple[tuple[str, ...], tuple[str, ...]]:
    extents = (flow.before, flow.leave, flow.stay, flow.enter, flow.after)
    return tuple(number(item.people) for item in extents), tuple(
        cells_and_surface(item) if item.area_m2 else "" for item in extents
    )
