"""What the side panel of a map says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.french import UNIT_SPACE, number
from geoville.rendering.map_spec import PanelSection
from geoville.rendering.perimeter_layer import perimeter_popup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoville.model import Perimeter
    from geoville.rendering.recipe import SectorRecipe

ESTIMATE_WARNING = (
    "Les quartiers candidats sont calculés à partir des carreaux de l'Insee : estimés, sans valeur réglementaire. "
    "Seul le contour fixé par décret fait foi."
)


def sector_panel(recipe: SectorRecipe, unplaced: tuple[str, ...]) -> tuple[PanelSection, ...]:
    """Reasons, figures, links and limits of a sector.

    Parameters
    ----------
    unplaced : names without a known position; the section says why they are not drawn.
    """
    figures = tuple((figure.value, f"{figure.caption}. {figure.source}.") for figure in recipe.figures)
    sections = [
        PanelSection("Le secteur", text=recipe.summary),
        PanelSection("Pourquoi ce secteur ?", items=recipe.reasons, source=recipe.reference),
        PanelSection("Ce qu'il faut relier", items=recipe.links, source=recipe.reference),
        PanelSection("En chiffres", figures=figures),
        PanelSection(
            "Non localisés",
            text="Aucune source ouverte ne donne leur position : ils sont cités, pas dessinés.",
            items=unplaced,
        ),
        PanelSection("Comment lire la carte", text=ESTIMATE_WARNING),
    ]
    return tuple(section for section in sections if section.text or section.figures or section.items)


def perimeter_panel(perimeter: Perimeter) -> tuple[PanelSection, ...]:
    """Figures and legal status of one perimeter."""
    rows = perimeter_popup(perimeter).rows
    return (
        PanelSection("Ce périmètre", items=tuple(f"{label}{UNIT_SPACE}: {value}" for label, value in rows)),
        PanelSection("Comment lire la carte", text=ESTIMATE_WARNING),
    )


def file_panel(perimeters: Sequence[Perimeter]) -> tuple[PanelSection, ...]:
    """Names and codes of the perimeters of a file."""
    names = tuple(f"{item.name or item.code} ({item.code})" if item.name else item.code for item in perimeters)
    count = f"{number(len(perimeters))} périmètre{'s' if len(perimeters) > 1 else ''}"
    warning = (PanelSection("Comment lire la carte", text=ESTIMATE_WARNING),)
    return (
        PanelSection("Ce que montre la carte", text=count, items=names),
        *(warning if any(item.estimated for item in perimeters) else ()),
    )
