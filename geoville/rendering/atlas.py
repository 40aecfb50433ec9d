"""The pages of an atlas."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from geoville.carroyage.portrait import AGE_GROUPS, OF_HOUSEHOLDS
from geoville.eligibility.sentences import KIND_NAMES
from geoville.french import UNIT_SPACE, UNKNOWN, counted, distance, euros, number, percent, quantity
from geoville.model import Kind
from geoville.perimeters.estimated import INTERVALS_COVER
from geoville.rendering.comparison import table_rows
from geoville.rendering.folium_map import own_text, page_text, style_tag
from geoville.rendering.layers import perimeter_popup, place_name
from geoville.rendering.map_spec import FigureTable, PanelSection
from geoville.rendering.maps import ESTIMATE_WARNING
from geoville.rendering.sheet.page import ShapeReader, printing, svg_text
from geoville.rendering.sheet.sheet import SheetOptions, draw_sheet, text_pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from geoville.carroyage.portrait import Moment, Portrait
    from geoville.carroyage.uncertainty import Interval
    from geoville.eligibility.actions.summary import CountedAction
    from geoville.model import Address, Perimeter, Rule
    from geoville.perimeters.comparison import Comparison
    from geoville.perimeters.figures import AreaFigures, Surroundings
    from geoville.rendering.map_spec import AtlasSpec
    from geoville.rendering.sheet.page import Page


M2_IN_A_HECTARE = 10_000
INDEX_HEADERS = ("Nature", "Contour", "Habitants", "Sous le seuil", "Revenu médian par UC")
_NONE = "–"
_NO_FIGURE = "inconnu"
_LEVEL = f"Entre parenthèses : intervalle à 90 %. {INTERVALS_COVER}"
_COUNTED = "Un carreau compte au prorata de sa surface couverte."
INDEX_NOTE = f"{_LEVEL} {_COUNTED} Chiffres estimés d'après les carreaux, sans valeur réglementaire."
_ESTIMATED_RULES = (
    "Le contour est estimé : aucune de ces règles ne s'applique sur cette base, le contour officiel fait foi."
)


def identity(perimeter: Perimeter) -> PanelSection:
    """Nature, code, dates, texts and surface of a perimeter."""
    surface = quantity(perimeter.geometry.area / M2_IN_A_HECTARE, "ha", 1)
    rows = (*perimeter_popup(perimeter).rows, ("Surface", surface))
    return PanelSection("Ce périmètre", items=tuple(f"{label} : {value}" for label, value in rows))


def figures_table(figures: AreaFigures, around: Surroundings) -> FigureTable:
    """Figures of a perimeter beside those of its town, of the territory and of the country."""
    columns = (figures, around.town_figures, around.territory_figures)
    threshold = f" Seuil du décret : {euros(around.threshold_eur)}." if math.isfinite(around.threshold_eur) else ""
    unverified = f" À vérifier : {around.unverified}." if around.unverified else ""
    return FigureTable(
        "En chiffres, avec la ville et le pays",
        ("Estimé d'après les carreaux", "Périmètre", around.town, around.territory, "France"),
        (
            ("Habitants", *(number(item.population) for item in columns), _NONE),
            ("Sous le seuil", *(_range(item.share_below, percent) for item in columns), _NONE),
            (
                "Revenu médian par UC",
                *(_range(item.median_eur, euros) for item in columns),
                euros(around.national_eur),
            ),
            ("Population imputée par l'Insee", *(percent(item.share_imputed) for item in columns), _NONE),
        ),
        f"{_LEVEL} {_COUNTED} Chiffres estimés, sans valeur réglementaire.{threshold}{unverified}",
    )


def no_figures() -> PanelSection:
    """The sentence that stands for the figures where the territory has no grid."""
    return PanelSection(
        "En chiffres",
        text="Les carreaux de revenus de ce territoire ne sont pas connus : ni les habitants ni les revenus de ce "
        "périmètre ne sont estimés.",
    )


def portrait_table(
    portraits: tuple[Portrait, Portrait, Portrait], town: str, territory: str, vintage: int
) -> FigureTable | PanelSection:
    """Who lives in a perimeter, beside its town and the territory: ages, households, dwellings.

    Parameters
    ----------
    portraits : of the perimeter, of its town, of the territory.
    vintage : of the cells.
    """
    title = "Qui y vit"
    own, *_ = portraits
    if own.is_secret:
        return PanelSection(title, text="Moins de 11 ménages : le secret statistique ne laisse rien en dire.")
    shares = [(label, columns, [_share(item, columns) for item in portraits]) for label, columns in _TOLD.items()]
    rows = [(label, *map(_percent, found)) for label, _, found in shares if not math.isnan(found[0])]
    if not math.isnan(own.mean_surface_m2):
        surfaces = [item.mean_surface_m2 for item in portraits]
        rows.append(
            ("Surface moyenne d'un logement", *(_known(value, lambda m2: quantity(m2, "m²")) for value in surfaces))
        )
    if not rows:
        return PanelSection(
            title,
            text="Le fichier de carreaux de ce territoire ne dit ni les âges, ni les ménages, ni les logements ; celui "
            "de l'Insee, que « geoville data fetch » récupère, les donne.",
        )
    return FigureTable(
        title,
        ("Part des habitants, ou des ménages", "Périmètre", town, territory),
        tuple(rows),
        f"Carreaux de {vintage}, coupés par le contour à proportion de leur surface : estimé. Rien n'est dit de moins "
        "de 11 ménages ; l'Insee impute les carreaux qui en ont moins.",
    )


_TOLD = {
    **{
        f"Habitants de {label.lower()}" if label[0].isdigit() else label: columns
        for label, columns in AGE_GROUPS.items()
    },
    **{label: (column,) for column, label in OF_HOUSEHOLDS.items() if column != "log_inc"},
}


def _share(portrait: Portrait, columns: Sequence[str]) -> float:
    return (
        math.fsum(found) if not any(map(math.isnan, found := [portrait.share(name) for name in columns])) else math.nan
    )


def _percent(share: float) -> str:
    return _known(share, percent)


def _known(value: float, written: Callable[[float], str]) -> str:
    return _NONE if math.isnan(value) else written(value)


def evolution_table(moments: Sequence[Moment]) -> FigureTable | None:
    """People and mean living standard of a perimeter, vintage by vintage; None of fewer than two that say something."""
    known = [item for item in moments if not math.isnan(item.people)]
    if len(known) < 2:  # noqa: PLR2004 - a change is between two
        return None
    first, last = known[0], known[-1]
    rows = [(str(item.vintage), number(item.people), _known(item.mean_eur, euros)) for item in known]
    return FigureTable(
        f"De {first.vintage} à {last.vintage}, dans le même contour",
        ("Carreaux de", "Habitants", "Niveau de vie moyen par UC, euros de l'année"),
        (*rows, ("Évolution", _change(first.people, last.people), _change(first.mean_eur, last.mean_eur))),
        "Estimé d'après les carreaux, sans correction de l'inflation ; l'Insee a pu changer de méthode d'une année à "
        "l'autre.",
    )


def _change(before: float, after: float) -> str:
    if math.isnan(before) or math.isnan(after) or before == 0:
        return _NONE
    return f"{'+' if after >= before else '−'}{percent(abs(after / before - 1))}"


def changes_table(perimeter: Perimeter, comparison: Comparison, title: str, note: str) -> FigureTable | None:
    """What becomes of a perimeter from one map to the next; None where neither map has it."""
    rows = [
        row
        for group, row in zip(comparison.groups, table_rows(comparison), strict=True)
        if perimeter in [member.perimeter for member in (*group.old, *group.new)]
    ]
    if not rows:
        return None
    return FigureTable(
        title,
        ("Avant", "Après", "Devenir", "Sortent", "Restent", "Entrent"),
        tuple((_names(row.old), _names(row.new), row.fate, *row.people[1:4]) for row in rows),
        note,
    )


def no_changes(*, counted: bool = True) -> PanelSection:
    """The sentence that stands for the changes where nothing is compared: there is one generation, or no grid."""
    if counted:
        text = "Une seule génération de ce périmètre est connue ici : il n'y a rien à comparer."
    else:
        text = "Sans carreaux pour compter les habitants, les générations ne sont pas comparées ici."
    return PanelSection("Ce qui change d'une génération à l'autre", text=text)


def places_table(near: Iterable[tuple[Address, float]], reach_m: float) -> FigureTable | PanelSection:
    """Named places in a perimeter and around it.

    Parameters
    ----------
    near : places, each with its distance in metres from the perimeter, 0 inside.
    reach_m : how far they were looked for.
    """
    title = f"Lieux dans le périmètre et à moins de {distance(reach_m)}"
    rows = tuple(
        (
            place_name(place),
            f"à{UNIT_SPACE}{distance(metres)}" if metres > 0 else "dedans",
            place.street or _NONE,
            place.source,
        )
        for place, metres in near
    )
    if not rows:
        return PanelSection(title, text="Aucun lieu connu.")
    return FigureTable(title, ("Lieu", "Où", "Adresse", "Source"), rows)


_MOST_ACTIONS = 60


def actions_table(perimeter: Perimeter, actions: Sequence[CountedAction], source: str) -> FigureTable | PanelSection:
    """Actions that take place in a quarter for sure, and how many have it for nearest.

    Parameters
    ----------
    actions : of a whole table.
    source : name of the table.
    """
    title = "Actions dans ce quartier"
    inside = [item for item in actions if perimeter.code in [code for code, _ in item.quarters]]
    beside = [item for item in actions if item.nearest == perimeter.code]
    told = f"{_actions(beside)} hors QPV dont ce quartier est le plus proche." if beside else ""
    note = f"Source : tableau « {source} ». Une action dans deux quartiers compte dans chacun."
    if not inside:
        return PanelSection(title, text=f"Aucune action du tableau n'y a lieu pour sûr. {told}".strip(), source=source)
    inside.sort(key=lambda item: (-(item.amount or 0.0), item.title))
    rows = tuple(
        (item.title, item.bearer or _NONE, item.theme or _NONE, _NONE if item.amount is None else euros(item.amount))
        for item in inside[:_MOST_ACTIONS]
    )
    rest = f" Et {counted(len(inside) - len(rows), 'autre')}." if len(inside) > len(rows) else ""
    whole = f"En tout {_actions(inside)}.{rest}"
    return FigureTable(
        title, ("Action", "Porteur", "Thème", "Euros"), rows, " ".join(filter(None, (whole, told, note)))
    )


def _actions(actions: Sequence[CountedAction]) -> str:
    amount = math.fsum(item.amount for item in actions if item.amount is not None)
    return f"{counted(len(actions), 'action')}, {euros(amount)}"


def rules_table(perimeter: Perimeter, rules: Sequence[Rule]) -> FigureTable | PanelSection:
    """Rules that a place in a perimeter of this kind may open."""
    title = "Règles qui regardent ce périmètre"
    kind = Kind.QPV if perimeter.kind is Kind.CANDIDAT else perimeter.kind
    rows = tuple(
        (rule.name, rule.beneficiary, " ; ".join(rule.conditions) or _NONE, _text_of(rule))
        for rule in rules
        if kind in rule.within and rule.exists_in(perimeter.communes)
    )
    if not rows:
        regarded = KIND_NAMES[perimeter.kind].plural.lower()
        return PanelSection(title, text=f"Aucune règle connue ne regarde : {regarded}.")
    headers = ("Règle", "Bénéficiaire", "Reste à vérifier", "Texte")
    return FigureTable(title, headers, rows, _ESTIMATED_RULES if perimeter.estimated else "")


def index_row(perimeter: Perimeter, figures: AreaFigures | None) -> tuple[str, ...]:
    """Row of a perimeter in the index, under `INDEX_HEADERS`; its figures are not known without a grid."""
    named = (KIND_NAMES[perimeter.kind].plural, "estimé" if perimeter.estimated else "officiel")
    if figures is None:
        return (*named, _NO_FIGURE, _NO_FIGURE, _NO_FIGURE)
    return (
        *named,
        number(figures.population),
        _range(figures.share_below, percent),
        _range(figures.median_eur, euros),
    )


def _range(interval: Interval, written: Callable[[float], str]) -> str:
    if math.isnan(interval.value):
        return UNKNOWN
    return f"{written(interval.value)} ({written(interval.low)} à {written(interval.high)})"


def _names(members: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(name for name, _ in members) or _NONE


def _text_of(rule: Rule) -> str:
    doubts = [] if rule.verified else ["non vérifiée"]
    doubts += [] if rule.end_known else ["validité à vérifier"]
    return f"{rule.reference} ({', '.join(doubts)})" if doubts else rule.reference


# --- An atlas as pages that open from a disk: one per perimeter, and an index; links are relative, nothing is fetched

INDEX, INTERACTIVE, PRINTED = "index.html", "carte.html", "atlas.pdf"
"""Names of the files beside the pages of the entries."""
OVERVIEW = "ensemble"
"""Key of the map of the whole, which no perimeter has."""


def picture_name(key: str) -> str:
    """Name of the map of an entry, from the folder of the atlas."""
    return f"planches/{key}.svg"


def index_page(atlas: AtlasSpec) -> str:
    """Write the index; the same atlas always gives the same text."""
    return page_text(
        "atlas/index.html",
        atlas=atlas,
        spec=atlas.overview,
        title=atlas.title,
        subtitle=atlas.overview.subtitle,
        picture=picture_name(OVERVIEW),
        style=style_tag(own_text("atlas/atlas.css")),
        warning=ESTIMATE_WARNING,
    )


def entry_page(atlas: AtlasSpec, rank: int) -> str:
    """Write the page of an entry, with links to its neighbours; texts are escaped."""
    entry = atlas.entries[rank]
    return page_text(
        "atlas/page.html",
        entry=entry,
        spec=entry.spec,
        before=atlas.entries[rank - 1] if rank else None,
        after=atlas.entries[rank + 1] if rank + 1 < len(atlas.entries) else None,
        title=entry.spec.title,
        subtitle=entry.spec.subtitle,
        picture=picture_name(entry.key),
        style=style_tag(own_text("atlas/atlas.css")),
        warning=ESTIMATE_WARNING,
    )


# --- An atlas on paper: its sheets, for pages and for one PDF


class AtlasPrint:
    """The sheets of an atlas: each is drawn once, for the picture of its page and for the PDF.

    The same atlas always gives the same bytes, whatever is asked for first.

    Parameters
    ----------
    bound : whether the PDF will be asked for, or pictures alone.
    """

    def __init__(self, atlas: AtlasSpec, *, bound: bool = True) -> None:
        from geoville.rendering.sheet.canvas import PdfBook

        self._atlas = atlas
        self._specs = (atlas.overview, *(entry.spec for entry in atlas.entries))
        self._read = ShapeReader()
        self._next = 0 if bound else len(self._specs)
        with printing():
            self._book = PdfBook(atlas.title)

    def picture(self, rank: int) -> str:
        """Sheet of the whole, of rank 0, or of an entry, from 1, as SVG for a page."""
        with printing():
            self._bind_until(rank)
            page = self._sheet(rank)
            if rank == self._next:
                self._bind(page)
            return svg_text(page)

    def pdf(self) -> bytes:
        """End the PDF: the map of the whole with its table, then the sheet and the pages of each entry."""
        with printing():
            self._bind_until(len(self._specs))
            return self._book.close()

    def _sheet(self, rank: int) -> Page:
        return draw_sheet(self._specs[rank], read=self._read).page

    def _bind_until(self, rank: int) -> None:
        while self._next < rank:
            self._bind(self._sheet(self._next))

    def _bind(self, page: Page) -> None:
        for bound in (page, *self._texts(self._next)):
            self._book.add(bound.figure)
        self._next += 1

    def _texts(self, rank: int) -> tuple[Page, ...]:
        """Pages that follow a sheet."""
        atlas, paper = self._atlas, SheetOptions().paper
        if rank:
            return text_pages(self._specs[rank].title, atlas.entries[rank - 1].blocks, paper)
        rows = tuple((entry.spec.title, *entry.summary) for entry in atlas.entries)
        contents = FigureTable("Périmètres et secteurs", ("Page", *atlas.headers), rows, atlas.note)
        return text_pages(atlas.title, [contents], paper, columns=1)
