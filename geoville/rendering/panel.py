"""What the side panel of a map says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.french import UNIT_SPACE, held_together, number
from geoville.rendering.map_spec import PanelSection
from geoville.rendering.perimeter_layer import perimeter_popup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoville.model import Perimeter
    from geoville.rendering.recipe import SectorRecipe

ESTIMATE_WARNING = held_together(
    "Les quartiers candidats sont calculés à partir des carreaux de l'Insee : estimés, sans valeur réglementaire. "
    "Seul le contour fixé par décret fait foi."
)


UNLINKED = held_together("Aucune liaison n'est dessinée : les positions manquent (voir « Non localisés »).")


def sector_panel(
    recipe: SectorRecipe, where: str, unplaced: tuple[str, ...], *, linked: bool
) -> tuple[PanelSection, ...]:
    """Reasons, figures, links and limits of a sector.

    Parameters
    ----------
    where : French sentence on what the map shows of the sector itself.
    unplaced : names without a known position; the section says why they are not drawn.
    linked : whether the map draws at least one link.
    """
    figures = tuple((figure.value, f"{figure.caption}. {figure.source}.") for figure in recipe.figures)
    sections = [
        PanelSection("Le secteur", text=f"{recipe.summary} {where}"),
        PanelSection(f"Pourquoi ce secteur{UNIT_SPACE}?", items=recipe.reasons, source=recipe.reference),
        PanelSection(
            "Ce qu'il faut relier", text="" if linked else UNLINKED, items=recipe.links, source=recipe.reference
        ),
        PanelSection("En chiffres", figures=figures),
        PanelSection(
            "Non localisés",
            text=held_together(
                "Aucune source ouverte ne donne leur position : ils sont cités, pas dessinés. Un fichier de lieux de "
                "la ville (« geoville data add ») les placera, avec leurs liaisons."
            ),
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
