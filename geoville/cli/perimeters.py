"""`geoville perimeters`: computed from cells (candidates…), checked, described, compared, counted."""

from __future__ import annotations

import math
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from geoville import french
from geoville.cli.files import Destination
from geoville.cli.options import (
    AsJson,
    AskedDay,
    ContourColumns,
    ContourLayer,
    DataGeneration,
    IncomeOptions,
    IrisIncomes,
    LayerOptions,
    QpvGeneration,
    QuarterOptions,
    Scheduler,
    SuppositionOptions,
    TerritoryGrid,
    ThresholdFactor,
    Vintage,
    Workers,
    day,
)
from geoville.cli.printing import deliver, print_json, print_lines, print_table, short_names_said, shown_on_stderr
from geoville.cli.typer_french import command, group
from geoville.errors import InvalidInputError
from geoville.extras import need, need_memory
from geoville.model import LAYER_FORMATS, Contiguity, Kind
from geoville.perimeters.scenarios import TRIED, Choices, Grouping, SearchMethod

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from geoville.carroyage.uncertainty import Interval
    from geoville.model import Perimeter
    from geoville.perimeters.comparison import Comparison
    from geoville.perimeters.decree import DecreeCondition
    from geoville.perimeters.figures import AreaFigures
    from geoville.perimeters.scenarios import Scenario
    from geoville.perimeters.sensitivity import Outcome, Sensitivity
    from geoville.perimeters.veille import DroppedPiece
    from geoville.rendering.comparison import TableRow
    from geoville.sources.pack import Pack
    from geoville.workflows.candidates import CandidateRun
    from geoville.workflows.cells import CellsRun
    from geoville.workflows.check import CheckedPolygon, CheckRun, PlacePeople
    from geoville.workflows.describe import DescribeRun
    from geoville.workflows.layers import GisLayer
    from geoville.workflows.portrait import TableRun
    from geoville.workflows.search_inputs import CandidateRequest
    from geoville.workflows.sensitivity import SensitivityRun
    from geoville.workflows.vecu import VecuRun
    from geoville.workflows.veille import VeilleRun


# --- `geoville perimeters candidates`: candidate perimeters of a grid, from the options of a command line


def candidates(
    out: Annotated[Destination, typer.Option("--out", metavar="FICHIER", help=f"Résultat : {LAYER_FORMATS}.")],
    incomes: IncomeOptions,
    supposed: SuppositionOptions,
    layers: LayerOptions,
    grid: TerritoryGrid = None,
    vintage: Vintage = None,
    blocks: Annotated[Path | None, typer.Option("--blocks", metavar="FICHIER", help="Îlots à suivre.")] = None,
    streets: Annotated[Path | None, typer.Option("--streets", metavar="FICHIER", help="Rues à suivre.")] = None,
    smooth: Annotated[bool, typer.Option("--smooth/--cells", help="Sans îlots : lisser ou non.")] = True,
    method: Annotated[
        SearchMethod,
        typer.Option("--method", help="Indice du sol autour de chaque lieu (index) ; carreau par carreau (cells)."),
    ] = SearchMethod.INDEX,
    density_weight: Annotated[
        float | None,
        typer.Option("--density-weight", metavar="C", help="Méthode index : poids de la densité.", min=0),
    ] = None,
    contiguity: Annotated[
        Contiguity, typer.Option("--contiguity", help="Carreaux voisins par un coin (queen) ou un côté (rook).")
    ] = Contiguity.QUEEN,
    gap_m: Annotated[
        float, typer.Option("--gap-m", metavar="M", help="Méthode cells : vide le plus large à franchir.", min=0)
    ] = 200.0,
    workers: Workers = 1,
    scheduler: Scheduler = None,
    as_json: AsJson = False,
) -> None:
    """Calculer les périmètres candidats d'une grille.

    Ils sont estimés, sans valeur réglementaire.
    """
    need_memory()
    from geoville.carroyage.method import index_rules
    from geoville.perimeters.quarters import CandidateOptions
    from geoville.workflows.candidates import compute_candidates
    from geoville.workflows.search_inputs import OutlineInput

    request = supposed.request(incomes, vintage, is_grid_given=grid is not None)
    run = compute_candidates(
        grid or request.territory_grid(),
        replace(
            request,
            outline=OutlineInput(blocks, streets, smooth),
            options=CandidateOptions(
                contiguity=contiguity, gap_m=gap_m, method=method, index=index_rules(density_weight)
            ),
        ),
        workers=workers,
        scheduler=scheduler,
    )
    deliver(run, out, layers.into, as_json=as_json, in_words=lambda: print_candidates(run))


def print_candidates(run: CandidateRun) -> None:
    """Print the candidates of a run, what was rejected and what is not verified."""
    from geoville.perimeters.estimated import INTERVALS_COVER

    amounts = sorted({french.euros(threshold.eur) for threshold in run.found.start.thresholds.values()})
    exact = {french.euros(threshold.unrounded_eur) for threshold in run.found.start.thresholds.values()}
    rounded = f", {exact.pop()} arrondis à la centaine supérieure" if len(exact) == 1 else ""
    seuil = amounts[0] if len(amounts) == 1 else f"{len(amounts)} unités urbaines, chacune le sien"
    supposed = run.found.supposed.sentence
    rounded = "" if supposed else rounded
    print_lines([f"Seuil : {seuil} par UC et par an{rounded}. Périmètres estimés, sans valeur réglementaire."])
    print_lines([supposed] if supposed else [])
    print_table(
        ("Candidat", "Habitants", "Sous le seuil", "Revenu médian estimé", "Intervalle à 90 %"),
        [(item.name, *_figures(item.attributes)) for item in run.perimeters],
    )
    rejected = sum(quarter.population for quarter in run.search.rejected)
    print_lines(
        [
            *([INTERVALS_COVER] if run.perimeters else []),
            f"Écartés : {french.counted(len(run.search.rejected), 'groupe')} ({french.counted(rejected, 'habitant')}), "
            "trop peu peuplés ou trop aisés.",
            euros_in_words(run.found.euros_of),
            *([f"À vérifier : {run.found.unverified}."] if run.found.unverified else []),
            *_generation_in_words(run),
            *run.found.doubts,
        ]
    )


def _generation_in_words(run: CandidateRun | CellsRun) -> list[str]:
    """What was chosen for a generation, then what is not verified of it or stands in for something else."""
    chosen = run.generation
    if chosen is None:
        return []
    iris = f"revenus des IRIS de {chosen.iris_year}" if chosen.iris_year else "aucun revenu d'IRIS"
    reference = f"revenus de référence de {chosen.reference_year}" if chosen.reference_year else ""
    zoning = f"unités urbaines de {chosen.zoning}" if chosen.zoning else ""
    used = [f"grille de {chosen.vintage}", iris, reference, zoning, f"loi du {french.long_date(chosen.on)}"]
    return [f"{chosen.title.capitalize()} : {', '.join(item for item in used if item)}.", *chosen.remarks]


def _figures(attributes: dict[str, str | int | float | bool | None]) -> tuple[str, str, str, str]:
    def figure(key: str) -> float:
        return float(attributes[key] or 0)

    return (
        french.number(figure("population")),
        french.percent(figure("share_below_threshold")),
        french.euros(figure("median_eur")),
        f"{french.number(figure('median_low_eur'))} à {french.euros(figure('median_high_eur'))}",
    )


# --- `geoville perimeters compare`: what changes from one map of perimeters to the next

_COMPARED = ("Avant", "Après", "Devenir", "Sortent", "Restent", "Entrent")


def compare(
    old: Annotated[Path, typer.Argument(metavar="AVANT", help="Périmètres d'avant : candidats ou contours officiels.")],
    new: Annotated[Path, typer.Argument(metavar="APRÈS", help="Périmètres d'après.")],
    columns: ContourColumns,
    layers: LayerOptions,
    grid: Annotated[
        Path | None,
        typer.Option(
            "--grid", metavar="FICHIER", help="Carreaux dont les habitants sont comptés ; ceux de --territory sinon."
        ),
    ] = None,
    territory: Annotated[
        str | None, typer.Option("--territory", metavar="NOM", help="Territoire qui donne la grille.")
    ] = None,
    vintage: Vintage = None,
    kind: Annotated[
        Kind | None,
        typer.Option("--kind", metavar="NATURE", help=f"Si rien d'autre ne dit la nature : {', '.join(Kind)}."),
    ] = None,
    generation: QpvGeneration = None,
    map_file: Annotated[
        Destination | None, typer.Option("--map", metavar="FICHIER", help="Deux cartes côte à côte, en une page HTML.")
    ] = None,
    out: Annotated[
        Destination | None,
        typer.Option("--out", metavar="FICHIER", help=f"Ce qui entre, sort et reste : {LAYER_FORMATS}."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Comparer deux cartes de périmètres.

    Qui entre, qui sort, ce que devient chaque quartier.
    """
    from geoville.workflows.compare import compare_files

    cells = grid or _grid_of(territory, vintage)
    run = compare_files(old, new, cells, vintage=vintage, kind=kind, generation=generation, own=columns.own)
    if out is not None:
        with out.writing() as path:
            run.write(path, layers.into)
    if map_file is not None:
        with map_file.writing() as path:
            run.draw(path)
    if as_json:
        print_json(run.document())
        return
    print_comparison(run.comparison)
    print_lines(f"{item.code} : {coverage_in_words(share)}." for item, share in run.partial)
    print_lines([f"Écrit : {out}"] if out else [])
    print_lines([f"Carte : {map_file}"] if map_file else [])


def _grid_of(territory: str | None, vintage: int | None) -> Path:
    """Grid of a territory; InvalidInputError where none is named."""
    from geoville.sources.pack import open_pack

    if territory is None:
        raise InvalidInputError("Il manque une grille", advice="donner --grid, ou un --territory qui en a une")
    return open_pack(territory).grid_path(vintage)


def print_comparison(comparison: Comparison) -> None:
    """Print what became of each perimeter, then the two maps as wholes."""
    from geoville.rendering.comparison import rules_sentence, summary, table_rows, total_row
    from geoville.rendering.layers import ESTIMATED

    rows = [(_names(row.old), _names(row.new), row.fate, *_flow(row)) for row in table_rows(comparison)]
    print_table(_COMPARED, [*rows, ("Ensemble", "", "", *_flow(total_row(comparison)))])
    print_lines(summary(comparison))
    print_lines([f"Comparaison qui repose sur un contour {ESTIMATED}."] if comparison.estimated else [])
    print_lines([rules_sentence(comparison)])


def _names(members: Sequence[tuple[str, str]]) -> str:
    mark = "• " if len(members) > 1 else ""
    return "\n".join(f"{mark}{name}" for name, _ in members) or "–"


def _flow(row: TableRow) -> tuple[str, ...]:
    """People who leave, stay and enter; those before and after would not fit the terminal."""
    return row.people[1:4]


# --- `geoville perimeters describe`: figures of the perimeters of a file, with their intervals


def describe(
    perimeters: Annotated[Path, typer.Option("--perimeters", metavar="FICHIER", help="Périmètres à décrire.")],
    incomes: IncomeOptions,
    supposed: SuppositionOptions,
    columns: ContourLayer,
    grid: TerritoryGrid = None,
    vintage: Vintage = None,
    out: Annotated[
        Destination | None, typer.Option("--out", metavar="FICHIER", help="Les périmètres, avec leurs chiffres.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Estimer population et revenus de périmètres.

    Quels qu'ils soient : habitants, part sous le seuil et revenu médian, avec leur intervalle à 90 %.
    """
    from geoville.workflows.describe import describe_perimeters

    request = supposed.request(incomes, vintage, is_grid_given=grid is not None)
    run = describe_perimeters(perimeters, grid or request.territory_grid(), request, columns.own, track=_shown_many)
    if out is not None:
        with out.writing() as path:
            run.write(path)
    if as_json:
        print_json(run.document())
        return
    print_described(run)
    print_lines([f"Écrit : {out}", *short_names_said(out)] if out else [])


_SHOWN_PERIMETERS = 200


def print_described(run: DescribeRun) -> None:
    """Print figures of perimeters, of the first ones where there are very many, and what they rest on."""
    from geoville.perimeters.estimated import INTERVALS_COVER
    from geoville.workflows.describe import published_population

    found, request = run.found[:_SHOWN_PERIMETERS], run.request
    counted = [published_population(item) for item, _ in found]
    print_lines([request.supposed.sentence] if not request.supposed.is_decree else [])
    print_table(
        ("Périmètre", "Habitants", "Sous le seuil (90 %)", "Revenu médian estimé (90 %)"),
        [
            (
                f"{item.code} {item.name}",
                _if_covered(figures, french.number(figures.population)),
                _range(figures.share_below, french.percent),
                _range(figures.median_eur, french.euros),
            )
            for item, figures in found
        ],
    )
    print_lines(
        f"{item.code} : {words}." for item, figures in found if (words := coverage_in_words(figures.share_covered))
    )
    left = len(run.found) - len(found)
    print_lines([f"Et {french.counted(left, 'autre')} : --out ou --json donnent tout."] if left else [])
    print_lines([euros_in_words(next((figures.euros_of for _, figures in found), None))])
    print_lines([f"{INTERVALS_COVER} Chiffres estimés d'après les carreaux, sans valeur réglementaire."])
    print_lines(
        f"{item.code} : {french.people(people[0])} ({people[1]})."
        for (item, _), people in zip(found, counted, strict=True)
        if people
    )


def _shown_many(batches: Sequence[tuple[Perimeter, ...]]) -> Iterable[tuple[Perimeter, ...]]:
    """Go through perimeters with a bar that only a terminal shows, and only where there are many."""
    return shown_on_stderr(batches, "Périmètres") if len(batches) > 1 else batches


def _if_covered(figures: AreaFigures, text: str) -> str:
    """A figure, or that the area is out of the data: nobody known is not nobody."""
    from geoville.perimeters.figures import Coverage

    words = {Coverage.NONE: "hors des données", Coverage.PARTIAL: f"{text} (partiel)"}
    return words.get(figures.coverage, text)


def coverage_in_words(share: float) -> str:
    """What data cover of an area, in words; empty where they cover it."""
    from geoville.perimeters.figures import Coverage, coverage_of

    coverage = coverage_of(share)
    if coverage is Coverage.WHOLE:
        return ""
    if coverage is Coverage.NONE:
        return "hors des données : la grille n'a pas de carreau là, et ne dit pas combien de gens y vivent"
    return f"données partielles, les carreaux couvrent {french.percent(share)} de sa surface"


def euros_in_words(year: int | None) -> str:
    """Sentence on the year of the amounts printed."""
    if year is None:
        return "Montants par UC et par an, en euros de l'année des revenus de référence, qui n'est pas dite."
    return f"Montants par UC et par an, en euros de {year}."


# --- `geoville perimeters check`: a polygon of one's own against the decree


def check(
    perimeters: Annotated[Path, typer.Argument(metavar="FICHIER", help="Polygones à vérifier.")],
    incomes: IncomeOptions,
    supposed: SuppositionOptions,
    columns: ContourLayer,
    grid: TerritoryGrid = None,
    vintage: Vintage = None,
    within: Annotated[
        Path | None, typer.Option("--within", metavar="FICHIER", help="Ne garder que ce qui est dans ces polygones.")
    ] = None,
    minus: Annotated[Path | None, typer.Option("--minus", metavar="FICHIER", help="Retirer ces polygones.")] = None,
    merge: Annotated[bool, typer.Option("--merge", help="Réunir ce qui reste en un seul tracé.")] = False,
    out: Annotated[
        Destination | None, typer.Option("--out", metavar="FICHIER", help="Les tracés, avec leurs chiffres.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Vérifier un tracé : chiffres et conditions du décret.

    Habitants, revenus, communes et IRIS, puis chaque condition du décret avec sa marge, et ce qui la remplirait.
    """
    from geoville.workflows.check import Redrawing, check_polygons

    request = supposed.request(incomes, vintage, is_grid_given=grid is not None)
    run = check_polygons(
        perimeters, grid or request.territory_grid(), request, columns.own, Redrawing(within, minus, merge)
    )
    if out is not None:
        with out.writing() as path:
            run.write(path)
    if as_json:
        print_json(run.document())
        return
    print_check(run)
    print_lines([f"Écrit : {out}", *short_names_said(out)] if out else [])


_OUTCOMES = {
    "met": "remplit les conditions du décret",
    "not_met": "ne remplit pas les conditions du décret",
    "uncertain": "on ne peut pas trancher : l'erreur d'estimation ou les données partielles laissent le doute",
    "unknown": "hors des données",
}


def print_check(run: CheckRun) -> None:
    """Print each polygon with its figures and its conditions, then what they rest on."""
    from geoville.perimeters.estimated import INTERVALS_COVER

    print_lines([run.found.supposed.sentence] if not run.found.supposed.is_decree else [])
    for item in run.polygons:
        print_lines(_checked_in_words(item))
    print_lines(
        [
            euros_in_words(run.found.euros_of),
            f"{INTERVALS_COVER} Chiffres estimés d'après les carreaux, sans valeur réglementaire.",
            *([f"À vérifier : {run.found.unverified}."] if run.found.unverified else []),
            *run.found.doubts,
        ]
    )


def _checked_in_words(item: CheckedPolygon) -> list[str]:
    figures, perimeter = item.figures, item.perimeter
    covered = coverage_in_words(figures.share_covered)
    outline = "tracé" if perimeter.estimated else "contour officiel"
    lines = [f"{perimeter.code} « {perimeter.name} » : {outline} de {_hectares(item.area_m2)}."]
    if figures.share_covered <= 0:
        return [*lines, f"{covered[0].upper()}{covered[1:]}."]
    households = "" if math.isnan(figures.households) else f", {french.counted(figures.households, 'ménage')}"
    return [
        *lines,
        *([f"{covered[0].upper()}{covered[1:]}."] if covered else []),
        f"Habitants : {french.number(figures.population)}{households}.",
        f"Sous le seuil : {french.percent(figures.share_below.value)} ({_range(figures.share_below, french.percent)}).",
        f"Revenu médian estimé : {_euros(figures.median_eur.value)} ({_range(figures.median_eur, french.euros)}) ; "
        f"seuil : {_euros(item.threshold_eur)}.",
        *_places_in_words("Communes", item.communes),
        *_places_in_words("IRIS", item.iris),
        "Conditions du décret :",
        *(f"- {_condition_in_words(condition)}" for condition in item.conditions),
        f"Résultat : {_OUTCOMES[item.outcome]}.",
    ]


_SHOWN_PLACES = 6


def _places_in_words(label: str, places: Sequence[PlacePeople]) -> list[str]:
    """Places by their people; those where less than half a person is counted are left out."""
    places = [place for place in places if round(place.people)]
    shown = [f"{place.name} ({place.code}) {french.number(place.people)}" for place in places[:_SHOWN_PLACES]]
    more = f", et {french.counted(len(places) - _SHOWN_PLACES, 'autre')}" if len(places) > _SHOWN_PLACES else ""
    return [f"{label} : {', '.join(shown)}{more}."] if shown else []


def _condition_in_words(condition: DecreeCondition) -> str:
    """What is measured, the limit, the margin, and what would meet it."""
    test = condition.test
    unit = {"revenu médian": "€", "densité": "habitants/km²"}.get(test.name, "")
    side = "moins de" if test.name == "revenu médian" else "au moins"
    if math.isnan(test.value) or math.isnan(test.limit):
        return f"{test.name} : inconnu." + (f" Pour la remplir : {condition.needed}." if condition.needed else "")
    told = "remplie" if test.passed else "non remplie"
    doubt = "" if condition.is_sure else ", sans certitude"
    value, limit, margin = (
        french.quantity(figure, unit or french.agreed(figure, "habitant"))
        for figure in (test.value, test.limit, abs(test.margin))
    )
    sign = "+" if test.margin >= 0 else "−"
    needed = f" Pour la remplir : {condition.needed}." if condition.needed else ""
    return f"{test.name} : {value} pour {side} {limit} : {told}{doubt} (marge {sign}{margin}).{needed}"


def _euros(amount: float) -> str:
    return "inconnu" if math.isnan(amount) else french.euros(amount)


def _range(interval: Interval, written: Callable[[float], str]) -> str:
    return "–" if math.isnan(interval.value) else f"{written(interval.low)} à {written(interval.high)}"


# --- `geoville perimeters cells`: cells with their estimate, as a layer


def cells(
    out: Annotated[Destination, typer.Option("--out", metavar="FICHIER", help=f"Carreaux : {LAYER_FORMATS}.")],
    incomes: IncomeOptions,
    layers: LayerOptions,
    grid: TerritoryGrid = None,
    vintage: Vintage = None,
    threshold_factor: ThresholdFactor = 1.0,
    generation: DataGeneration = None,
    as_json: AsJson = False,
) -> None:
    """Écrire les carreaux avec leurs revenus estimés.

    Un carré par carreau : ce que l'Insee en publie, le revenu médian estimé et son erreur, la part sous le seuil.
    """
    from geoville.workflows.cells import estimate_cells

    supposing = SuppositionOptions(threshold_factor, generation=generation)
    request = supposing.request(incomes, vintage, is_grid_given=grid is not None)
    run = estimate_cells(grid or request.territory_grid(), request)
    counted = french.counted(len(run.found.start.grid), "carreau, estimé", "carreaux, estimés")
    said = [
        f"{counted}, sans valeur réglementaire.",
        *filter(None, [run.found.supposed.sentence]),
        euros_in_words(run.found.euros_of),
        *_generation_in_words(run),
    ]
    deliver(run, out, layers.into, as_json=as_json, in_words=lambda: print_lines(said))


# --- `geoville perimeters portrait`, `population`, `evolution`: who lives there


TerritoryOfCells = Annotated[str, typer.Option("--territory", metavar="NOM", help="Territoire des carreaux.")]
PerimetersToCount = Annotated[
    Path | None,
    typer.Option("--perimeters", metavar="FICHIER", help="Périmètres ; les QPV connus du territoire sinon."),
]
TableOut = Annotated[Destination | None, typer.Option("--out", metavar="FICHIER", help=f"Tableau : {LAYER_FORMATS}.")]


def portrait(
    territory: TerritoryOfCells,
    columns: ContourLayer,
    perimeters: PerimetersToCount = None,
    by: Annotated[Grouping, typer.Option("--by", help="Par périmètre, par commune ou par IRIS.")] = Grouping.PERIMETER,
    grid: TerritoryGrid = None,
    vintage: Vintage = None,
    generation: QpvGeneration = None,
    out: TableOut = None,
    as_json: AsJson = False,
) -> None:
    """Dire qui vit dans des périmètres, communes ou IRIS.

    Âges, ménages, statut d'occupation, logement social, âge du logement : les colonnes que l'Insee publie par carreau.
    """
    from geoville.workflows.portrait import portray

    run = portray(
        open_territory(territory),
        perimeters,
        by=by,
        grid=grid,
        vintage=vintage,
        generation=generation,
        own=columns.own,
    )
    shares = ("ind_0_3", "ind_65_79", "men_pauv", "men_1ind", "men_fmp", "log_soc")
    shown = ("ind", *(f"part_{column}" for column in shares), "share_imputed")
    _deliver_table(run, out, shown, as_json=as_json)


def population(
    territory: TerritoryOfCells,
    columns: ContourLayer,
    perimeters: PerimetersToCount = None,
    by: Annotated[Grouping, typer.Option("--by", help="Par commune ou par IRIS.")] = Grouping.COMMUNE,
    grid: TerritoryGrid = None,
    vintage: Vintage = None,
    generation: QpvGeneration = None,
    out: TableOut = None,
    as_json: AsJson = False,
) -> None:
    """Compter les habitants en QPV par commune ou par IRIS.

    D'après les carreaux : estimé. Là où deux quartiers se recouvrent, un habitant compte une fois.
    """
    from geoville.workflows.portrait import people_in_quarters

    run = people_in_quarters(
        open_territory(territory),
        perimeters,
        by=by,
        grid=grid,
        vintage=vintage,
        generation=generation,
        own=columns.own,
    )
    _deliver_table(run, out, ("people", "people_in_qpv", "share_in_qpv"), as_json=as_json)


def evolution(
    territory: TerritoryOfCells,
    columns: ContourLayer,
    perimeters: PerimetersToCount = None,
    vintage: Annotated[
        list[int] | None,
        typer.Option("--vintage", metavar="ANNÉE", help="Millésimes à comparer ; tous ceux du territoire sinon."),
    ] = None,
    generation: QpvGeneration = None,
    out: TableOut = None,
    as_json: AsJson = False,
) -> None:
    """Suivre des périmètres d'un millésime de carreaux à l'autre.

    Habitants et niveau de vie moyen dans les mêmes contours.
    """
    from geoville.workflows.portrait import evolve

    run = evolve(open_territory(territory), perimeters, vintages=vintage or (), generation=generation, own=columns.own)
    shown = [key for key in run.rows[0] if key.startswith("people_") or key == "mean_change"] if run.rows else []
    _deliver_table(run, out, shown, as_json=as_json)


def open_territory(name: str) -> Pack:
    """The territory of that name."""
    from geoville.sources.pack import open_pack

    return open_pack(name)


def _deliver_table(run: TableRun, out: Destination | None, shown: Sequence[str], *, as_json: bool) -> None:
    """Write a table if a file is named, then print it: some of its columns, with their titles."""
    from geoville.sources.writers import title_of

    if out is not None:
        with out.writing() as path:
            run.write(path)
    if as_json:
        print_json(run.document())
        return
    known = [column for column in shown if any(column in row for row in run.rows)]
    print_table(
        ("Territoire", *map(title_of, known)),
        [(f"{row['code']} {row['name']}", *(_cell(row, column) for column in known)) for row in run.rows],
    )
    print_lines(run.told())
    print_lines([f"Écrit : {out}", *short_names_said(out)] if out else [])


def _cell(row: dict[str, Any], column: str) -> str:
    value = row.get(column)
    if value is None:
        return "secret" if row.get("secret") else "–"
    is_share = column.startswith(("part_", "share_")) or column.endswith("_change")
    return french.percent(value) if is_share else french.number(value)


# --- `geoville perimeters explain`: why a place is in a candidate, or not


def explain(
    computed: Annotated[Path, typer.Option("--candidates", metavar="FICHIER", help="Périmètres candidats.")],
    at: Annotated[
        str | None, typer.Option("--at", metavar="LON,LAT", help="Longitude et latitude, degrés décimaux.")
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(
            "--address", metavar="TEXTE", help="Ou une adresse, un lieu, une rue du territoire des candidats."
        ),
    ] = None,
    polygons: Annotated[
        Path | None, typer.Option("--polygon", metavar="FICHIER", help="Ou des polygones, chacun tout entier.")
    ] = None,
    grid: Annotated[
        Path | None, typer.Option("--grid", metavar="FICHIER", help="Leur grille, si elle n'est pas d'un territoire.")
    ] = None,
    iris: Annotated[Path | None, typer.Option("--iris", metavar="FICHIER", help="Leurs IRIS, s'il y en a.")] = None,
    iris_incomes: IrisIncomes = None,
    on: AskedDay = None,
    as_json: AsJson = False,
) -> None:
    """Expliquer pourquoi un lieu est dans un candidat, ou non.

    Du carreau aux conditions du décret. D'une rue ou d'un polygone : ce que l'indice en dit, et quelle part en est dans
    quel candidat.
    """
    from geoville.workflows.explain import explain_address, explain_place, explain_polygons
    from geoville.workflows.incomes import COMMAND_LINE, iris_input

    given = iris_input(iris, iris_incomes, naming=COMMAND_LINE)
    if [at, address, polygons].count(None) != 2:  # noqa: PLR2004 - one of three
        raise InvalidInputError("La question n'est pas claire", advice="donner --at, --address ou --polygon, un seul")
    if polygons is not None:
        drawn = explain_polygons(computed, polygons, on=day(on), grid=grid, iris=given)
        documents = [item.document() for item in drawn]
    elif address is not None:
        documents = [explain_address(computed, address, on=day(on), grid=grid, iris=given).document()]
    else:
        found = explain_place(computed, *_coordinates(at or ""), on=day(on), grid=grid, iris=given)
        documents = [found.document()]
    if as_json:
        print_json(documents if polygons is not None else documents[0])
        return
    for document in documents:
        print_lines(_area_in_words(document) if document["area"] else _place_in_words(document))


def _place_in_words(document: dict[str, Any]) -> list[str]:
    return [*_position_in_words(document["position"]), *_in_words(document)]


def _area_in_words(document: dict[str, Any]) -> list[str]:
    """A street by its addresses, a polygon by its people: the index over it, then the share in each candidate."""
    area, ground = document["area"], document["ground"]
    counted = "ses habitants" if area["addresses"] is None else "ses adresses"
    lines = [f"{area['label']} : {_size_in_words(area).rstrip('.')}."]
    if area["share_covered"] == 0:
        return lines
    if ground is not None:
        lines += [
            f"En moyenne autour de {counted} : {french.percent(ground['share_around'])} des habitants sous le seuil, "
            f"{french.counted(ground['people_per_cell'], 'habitant')} par carreau.",
            f"Indice : {french.number(ground['index'], 3)} en moyenne, de {french.number(ground['lowest_index'], 3)} à "
            f"{french.number(ground['highest_index'], 3)} ; au-dessus de {french.number(ground['cut'], 3)} pour "
            f"{french.percent(ground['chosen_share'])} de {counted}.",
        ]
    return [
        *lines,
        *_threshold_in_words(document),
        *(
            f"- {french.percent(item['share'])} de {counted} dans le candidat {item['code']}, estimé, sans valeur "
            "réglementaire."
            for item in document["candidates"]
        ),
        *([f"- {french.percent(document['outside_share'])} dans aucun candidat."] if document["outside_share"] else []),
        *([_TESTS_ELSEWHERE] if area["addresses"] is None else []),
    ]


_TESTS_ELSEWHERE = "Les conditions du décret sur ce tracé : « geoville perimeters check »."


def _size_in_words(area: dict[str, Any]) -> str:
    """How many addresses, or people and how much of the polygon the data cover."""
    if area["addresses"] is not None:
        return f"{french.counted(area['addresses'], 'adresse')} de la liste"
    if not area["share_covered"]:
        return "hors des données, la grille n'a pas de carreau là"
    covered = coverage_in_words(area["share_covered"])
    return f"{french.people(area['people'])}{f', {covered}' if covered else ''}"


def _position_in_words(position: dict[str, Any] | None) -> list[str]:
    """Where an address was found, and how exactly; nothing for coordinates."""
    if position is None:
        return []
    accuracy = position["accuracy_m"]
    near = f", à {french.distance(accuracy)} près" if accuracy else ""
    return [f"Position : {position['label']}{near}."]


def _coordinates(text: str) -> tuple[float, float]:
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        raise InvalidInputError("Coordonnées mal écrites", advice="donner --at LONGITUDE,LATITUDE") from None
    return lon, lat


def _in_words(document: dict[str, Any]) -> list[str]:
    cell, cluster = document["cell"], document["cluster"]
    if cell is None and not document["covered"]:
        return ["Hors des données : la grille n'a pas de carreau là, et ne dit pas si quelqu'un y vit."]
    if cell is None:
        return ["Personne n'habite ce carreau d'après la grille : il n'est pas examiné."]
    lines = [
        f"Carreau {cell['id']} : {french.people(cell['people'])}, niveau de vie moyen {french.euros(cell['mean_eur'])}"
        + (", valeurs imputées par l'Insee." if cell["imputed"] else ".")
    ]
    if cell["median_eur"] is None or cell["share_below_threshold"] is None:
        return [*lines, "Hors des unités urbaines examinées."]
    lines.append(
        f"Estimation : revenu déclaré médian {french.euros(cell['median_eur'])} "
        f"(erreur type {french.euros(cell['standard_error_eur'])}), "
        f"{french.percent(cell['share_below_threshold'])} des habitants sous le seuil."
    )
    if document["ground"] is not None:
        return [*lines, *_ground_in_words(document["ground"]), *_cut_in_words(document), *_end(document)]
    touching = sum(item["selected"] for item in document["neighbours"])
    around = french.counted(len(document["neighbours"]), "carreau habité", "carreaux habités")
    lines.append(f"Voisins : {around}, dont {french.counted(touching, 'retenu')}.")
    if cell["selected"]:
        lines.append("Carreau retenu : plus de la moitié de ses habitants sont sous le seuil.")
    elif cell["added_as_doubtful"]:
        lines.append("Carreau ajouté : l'estimation hésite, et il touche un carreau retenu.")
    elif cluster is None:
        return [*lines, "Carreau non retenu : la moitié de ses habitants au plus sont sous le seuil."]
    else:
        lines.append("Carreau peu peuplé, enclavé entre des carreaux retenus.")
    return [*lines, *_end(document)]


def _ground_in_words(ground: dict[str, Any]) -> list[str]:
    """The index of a place, its parts, and what would change the answer."""
    times = ground["people_per_cell"] / ground["reference_people_per_cell"]
    inside = ground["index"] > ground["cut"]
    needed = french.percent(min(max(ground["share_needed"], 0.0), 1.0))
    return [
        f"Autour du lieu (quelque 200 m) : {french.percent(ground['share_around'])} des habitants sous le seuil, "
        f"{french.counted(ground['people_per_cell'], 'habitant')} par carreau, soit {french.number(times, 2)} fois la "
        f"densité de référence ({french.number(ground['reference_people_per_cell'])}, entre celle où l'on vit "
        f"d'ordinaire dans l'unité urbaine, {french.number(ground['typical_people_per_cell'])}, et celle d'un sol "
        "dense).",
        f"Indice : {french.number(ground['share_around'], 3)} (part) "
        f"{'+' if ground['density_part'] >= 0 else '−'} {french.number(abs(ground['density_part']), 3)} (densité) = "
        f"{french.number(ground['index'], 3)}, {'au-dessus' if inside else 'en dessous'} de "
        f"{french.number(ground['cut'], 3)}.",
        f"À cette densité, le sol {'sortirait si la part tombait à' if inside else 'entrerait si la part dépassait'} "
        f"{needed} ; à cette part, si la densité {'tombait à' if inside else 'dépassait'} "
        f"{french.counted(max(ground['people_per_cell_needed'], 0.0), 'habitant')} par carreau.",
    ]


def _cut_in_words(document: dict[str, Any]) -> list[str]:
    """Where the index says in and no outline holds the place: the line cuts its square, or its group is gone."""
    ground = document["ground"]
    if document["cluster"] is not None or ground["index"] <= ground["cut"]:
        return []
    return [
        "Le contour passe tout près, dans le même carré de 50 m, et laisse ce lieu dehors, ou son groupe a été réduit."
    ]


def _end(document: dict[str, Any]) -> list[str]:
    """The cluster and its tests, the threshold, then the verdict; ground that was not chosen is in no cluster."""
    cluster = document["cluster"]
    return [
        *([] if cluster is None else _cluster_in_words(cluster)),
        *_threshold_in_words(document),
        euros_in_words(document["euros_of"]),
        *document["doubts"],
        "Résultat : sol non retenu." if cluster is None else _verdict(document["candidate"]),
    ]


def _threshold_in_words(document: dict[str, Any]) -> list[str]:
    """The decree's threshold; in a scenario, what is supposed, and what it makes of that threshold."""
    threshold = document["threshold"]
    if threshold is None:
        return []
    factor, scenario = threshold["factor"], document["supposed"]
    used = "" if factor == 1 else f", × {french.number(factor, 3)} = {french.euros(threshold['eur'])} dans ce scénario"
    return [
        *([scenario] if scenario else []),
        f"Seuil : {french.euros(threshold['unrounded_eur'])} d'après la formule, arrondis à la centaine supérieure : "
        f"{french.euros(threshold['decree_eur'])} ({threshold['references'][0]}){used}.",
    ]


def _cluster_in_words(cluster: dict[str, Any]) -> list[str]:
    low, high = cluster["median_interval_eur"]
    return [
        f"Groupe de {french.counted(cluster['cells'], 'carreau', 'carreaux')}, médiane à 90 % entre "
        f"{french.euros(low)} et {french.euros(high)} (erreur d'estimation des revenus, ni celle du seuil, ni le choix "
        "du contour).",
        *(
            f"- {test['test']} : {french.number(test['value'])} pour une limite de {french.number(test['limit'])}, "
            + ("condition remplie." if test["passed"] else "condition non remplie.")
            for test in cluster["tests"]
        ),
    ]


def _verdict(code: str | None) -> str:
    return (
        f"Résultat : dans le candidat {code}, estimé, sans valeur réglementaire."
        if code
        else "Résultat : groupe écarté."
    )


# --- `geoville perimeters sensitivity`: which cells are candidates whatever the choices, and which depend on one

Value = TypeVar("Value")

_SWEPT = ("Choix", "Scénarios", "Candidats", "Carreaux", "Habitants")


def _as_typed(values: Iterable[float | None]) -> str:
    """Numbers as a list of the command line; the method's own are left out."""
    return ",".join(f"{value:g}" for value in values if value is not None)


def sensitivity(
    out: Annotated[
        Destination, typer.Option("--out", metavar="FICHIER", help="Part des scénarios, par carreau (.tif).")
    ],
    incomes: IncomeOptions,
    grid: Annotated[
        list[Path] | None,
        typer.Option(
            "--grid", metavar="FICHIER", help="Carreaux d'un millésime, à répéter ; tous ceux de --territory sinon."
        ),
    ] = None,
    layer: Annotated[
        Destination | None,
        typer.Option("--layer", metavar="FICHIER", help=f"Carreaux retenus : {LAYER_FORMATS}."),
    ] = None,
    vintage: Annotated[
        list[int] | None,
        typer.Option(
            "--vintage", metavar="ANNÉE", help="Millésime de chaque grille, ou ceux de --territory à prendre."
        ),
    ] = None,
    thresholds: Annotated[
        str, typer.Option("--thresholds", metavar="LISTE", help="Facteurs du seuil du décret.")
    ] = _as_typed(TRIED.threshold_factors),
    contiguities: Annotated[
        str, typer.Option("--contiguities", metavar="LISTE", help="Voisins par un coin (queen), un côté (rook).")
    ] = ",".join(TRIED.contiguities),
    gaps: Annotated[
        str,
        typer.Option("--gaps", metavar="LISTE", help="Méthode cells : vides les plus larges à franchir, en mètres."),
    ] = _as_typed(TRIED.gaps_m),
    densities: Annotated[
        str, typer.Option("--densities", metavar="LISTE", help="Méthode index : poids de la densité.")
    ] = _as_typed(TRIED.density_weights),
    kernels: Annotated[
        str, typer.Option("--kernels", metavar="LISTE", help="Méthode index : écarts types du noyau, en mètres.")
    ] = "",
    minimums: Annotated[str, typer.Option("--minimums", metavar="LISTE", help="Habitants au moins.")] = "",
    method: Annotated[
        SearchMethod, typer.Option("--method", help="Indice du sol (index), ou carreau par carreau (cells).")
    ] = SearchMethod.INDEX,
    as_json: AsJson = False,
) -> None:
    """Mesurer ce que les candidats doivent aux choix.

    La recherche est refaite pour chaque combinaison des choix donnés et du millésime.
    """
    from geoville.perimeters.quarters import CandidateOptions
    from geoville.sources.cells import check_image_name
    from geoville.sources.writers import check_layer_name
    from geoville.workflows.sensitivity import sweep_files

    need("raster")  # asked before a work of minutes
    check_image_name(out.file_name)
    if layer is not None and layer.path is not None:
        check_layer_name(layer.path)
    request = replace(incomes.request(), options=CandidateOptions(method=method))
    grids, years = (grid, vintage) if grid else _grids_of(request, vintage)
    run = sweep_files(
        grids,
        request,
        _choices(
            (thresholds, contiguities, gaps), ("" if method is SearchMethod.CELLS else densities, kernels, minimums)
        ),
        vintages=years or (),
        track=_shown_on_stderr,
    )
    with out.writing() as path:
        run.write(path)
    if layer is not None:
        with layer.writing() as path:
            run.write_cells(path)
    if as_json:
        print_json(run.document())
        return
    print_sensitivity(run)
    print_lines([f"Écrit : {made}" for made in (out, layer) if made])


def _grids_of(request: CandidateRequest, vintages: list[int] | None) -> tuple[list[Path], list[int]]:
    """Grids of the territory of a request, of some vintages or all; InvalidInputError where it names none."""
    if request.territory is None:
        return [request.territory_grid()], []
    years = vintages or sorted(request.territory.grids)
    return [request.territory.grid_path(year) for year in years], years


def print_sensitivity(run: SensitivityRun) -> None:
    """Print what each value of each choice keeps, then the core and the fringe."""
    result = run.result
    outcomes = result.outcomes
    kept = french.agreed(len(outcomes), "dans le seul scénario", f"retenus dans les {len(outcomes)} scénarios")
    print_table(_SWEPT, [_row(label, chosen) for label, chosen in _by_choice(result)])
    print_lines(
        [
            f"Noyau : {_extent(result, core=True)}, {kept}.",
            f"Frange : {_extent(result, core=False)}, dont le sort dépend d'un choix.",
            f"Habitants du noyau et de la frange : millésime {result.own.vintage}. "
            "Périmètres estimés, sans valeur réglementaire.",
            *([f"À vérifier : {run.unverified}."] if run.unverified else []),
        ]
    )


def _by_choice(result: Sensitivity) -> list[tuple[str, list[Outcome]]]:
    """Scenarios that share each value of each choice, the decree's own first."""
    groups = {f"Seuil du décret, choix de la méthode ({result.own.vintage})": [result.own_outcome]}
    several_gaps = len({item.gap_m for item in result.outcomes}) > 1  # the index reads none
    labels: tuple[Callable[[Scenario], str], ...] = (
        lambda item: f"Millésime {item.vintage}",
        lambda item: f"Seuil du décret × {french.number(item.threshold_factor, 3)}",
        lambda item: f"Contiguïté {item.contiguity}",
        lambda item: f"Vide franchi : {french.quantity(item.gap_m, 'm')}" if several_gaps else "",
        lambda item: _told("Poids de la densité", item.density_weight, ""),
        lambda item: _told("Noyau", item.kernel_sigma_m, " m"),
        lambda item: _told("Habitants au moins", item.minimum_population, ""),
    )
    for label in labels:
        for scenario, outcome in result.outcomes.items():
            groups.setdefault(label(scenario), []).append(outcome)
    groups.pop("", None)
    return list(groups.items())


def _told(label: str, value: float | None, unit: str) -> str:
    """A choice of the index; empty where it is the method's own."""
    return "" if value is None else f"{label} : {french.number(value, 3)}{unit}"


def _row(label: str, outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    return (
        label,
        french.number(len(outcomes)),
        _extremes([item.candidates for item in outcomes]),
        _extremes([item.cells for item in outcomes]),
        _extremes([item.people for item in outcomes]),
    )


def _extremes(values: Sequence[float]) -> str:
    low, high = french.number(min(values)), french.number(max(values))
    return low if low == high else f"{low} à {high}"


def _extent(result: Sensitivity, *, core: bool) -> str:
    chosen = result.core if core else result.fringe
    people = french.counted(float(result.grid.people[chosen].sum()), "habitant")
    return f"{french.counted(int(chosen.sum()), 'carreau', 'carreaux')} et {people}"


def _choices(common: tuple[str, str, str], of_the_index: tuple[str, str, str]) -> Choices:
    (thresholds, contiguities, gaps), (densities, kernels, minimums) = common, of_the_index
    known = ", ".join(Contiguity)
    numbers = "des nombres séparés par des virgules, par exemple 0.1,0.13"
    return Choices(
        _values(thresholds, float, "--thresholds", "des nombres séparés par des virgules, par exemple 0.9,1,1.1"),
        _values(contiguities, Contiguity, "--contiguities", f"des noms parmi : {known}"),
        _values(gaps, float, "--gaps", "des mètres séparés par des virgules, par exemple 0,200"),
        _values(densities, float, "--densities", numbers) if densities else (None,),
        _values(kernels, float, "--kernels", numbers) if kernels else (None,),
        _values(minimums, float, "--minimums", numbers) if minimums else (None,),
    )


def _values(text: str, convert: Callable[[str], Value], option: str, expected: str) -> tuple[Value, ...]:
    try:
        return tuple(convert(part.strip()) for part in text.split(","))
    except ValueError:
        raise InvalidInputError(f"Liste refusée pour {option} (« {text} »)", advice=f"donner {expected}") from None


def _shown_on_stderr(scenarios: Sequence[Scenario]) -> Iterable[Scenario]:
    return shown_on_stderr(scenarios, "Scénarios")


app = group("Calculer des périmètres candidats, les comparer.")

command(app, "candidates")(candidates)


@command(app, "score")
def score(
    computed: Annotated[Path, typer.Option("--candidates", metavar="FICHIER", help="Périmètres candidats.")],
    columns: ContourColumns,
    official: Annotated[
        Path | None,
        typer.Option("--official", metavar="FICHIER", help="Contours officiels ; ceux de --territory sinon."),
    ] = None,
    grid: TerritoryGrid = None,
    territory: Annotated[
        str | None, typer.Option("--territory", metavar="NOM", help="Territoire qui donne contours et grille.")
    ] = None,
    vintage: Vintage = None,
    generation: QpvGeneration = None,
    as_json: AsJson = False,
) -> None:
    """Comparer des candidats aux contours officiels.

    Les parts sont pondérées par la population.
    """
    from geoville.workflows.score import score_files

    columns.refuse_without("--official", given=official is not None)
    contours, cells = _compared_with(official, grid, territory, vintage, generation)
    found = score_files(computed, contours, cells, vintage=vintage, generation=generation, own=columns.own)
    if as_json:
        print_json(asdict(found))
        return
    print_lines(
        [
            f"Précision : {french.percent(found.precision)} de la population des candidats est en QPV."
            if found.population_candidates
            else "Précision : sans objet, personne n'habite un candidat.",
            f"Rappel : {french.percent(found.recall)} de la population des QPV est dans un candidat.",
            f"F1 : {french.number(found.f1, 3)} ; rapport des surfaces (IoU) : {french.number(found.area_iou, 3)}.",
            f"Population : {french.number(found.population_official)} en QPV, "
            f"{french.number(found.population_candidates)} dans les candidats.",
        ]
    )


def _compared_with(
    official: Path | None, grid: Path | None, territory: str | None, vintage: int | None, generation: int | None
) -> tuple[Path | GisLayer, Path]:
    """Official contours and grid: those given, else those of a territory."""
    if official is not None and grid is not None:
        return official, grid
    if territory is None:
        raise InvalidInputError("Il manque de quoi comparer", advice="donner --official et --grid, ou --territory")
    from geoville.sources.pack import open_pack
    from geoville.workflows.score import official_contours

    pack = open_pack(territory)
    return official or official_contours(pack, generation), grid or pack.grid_path(vintage)


command(app, "compare")(compare)
command(app, "sensitivity")(sensitivity)
command(app, "explain")(explain)
command(app, "describe")(describe)
command(app, "check")(check)
command(app, "cells")(cells)
command(app, "portrait")(portrait)
command(app, "population")(population)
command(app, "evolution")(evolution)


@command(app, "fit-bridge")
def fit_bridge(
    iris_incomes: Annotated[
        Path, typer.Option("--iris-incomes", metavar="FICHIER", help="Revenus déclarés par IRIS (CSV).")
    ],
    out: Annotated[Destination, typer.Option("--out", metavar="FICHIER", help="Coefficients (JSON).")],
    territory: Annotated[str, typer.Option("--territory", metavar="NOM", help="Territoire des carreaux.")] = "calais",
    year: Annotated[int, typer.Option("--year", metavar="ANNÉE", help="Méthode cells : année des revenus.")] = 2011,
    method: Annotated[
        SearchMethod, typer.Option("--method", help="Pont à deux chiffres (index), ou droite (cells).")
    ] = SearchMethod.INDEX,
    grid: Annotated[
        list[Path] | None, typer.Option("--grid", metavar="FICHIER", help="Carreaux d'une autre ville.")
    ] = None,
    iris: Annotated[
        list[Path] | None, typer.Option("--iris", metavar="FICHIER", help="IRIS de cette ville, dans le même ordre.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ajuster le passage du revenu disponible au déclaré.

    Sur les IRIS d'un territoire, et d'autres villes ; pour le pont à deux chiffres, la dernière année de la table.
    """
    if method is SearchMethod.CELLS:
        _fit_line(iris_incomes, out, territory, year, as_json=as_json)
    else:
        _fit_two_figures(iris_incomes, out, territory, grid or [], iris or [], as_json=as_json)


def _fit_line(incomes: Path, out: Destination, territory: str, year: int, *, as_json: bool) -> None:
    from geoville.sources.pack import open_pack
    from geoville.workflows.bridge import fit_territory_bridge

    with out.writing() as path:
        bridge = fit_territory_bridge(open_pack(territory), incomes, year, path)
    if as_json:
        print_json(asdict(bridge))
        return
    print_lines(
        [
            f"Médiane déclarée = {french.number(bridge.intercept, 3)} + {french.number(bridge.slope, 3)} × ln(moyenne)",
            f"(en parts des médianes nationales) ; erreur {french.number(bridge.rmse, 3)}, "
            f"corrélation {french.number(bridge.correlation, 3)}, "
            f"{french.counted(bridge.observations, 'observation')}.",
            f"Écrit : {out}",
        ]
    )


def _fit_two_figures(
    incomes: Path, out: Destination, territory: str, grids: list[Path], iris: list[Path], *, as_json: bool
) -> None:
    from geoville.sources.pack import open_pack
    from geoville.workflows.bridge import FitTown, fit_two_figures

    if len(grids) != len(iris):
        layers = french.counted(len(iris), "couche d'IRIS", "couches d'IRIS")
        raise InvalidInputError(
            f"{french.counted(len(grids), 'grille')} pour {layers}", advice="donner un --iris par --grid"
        )
    towns = [FitTown(cells, polygons) for cells, polygons in zip(grids, iris, strict=True)]
    with out.writing() as path:
        bridge = fit_two_figures(open_pack(territory), towns, incomes, path)
    if as_json:
        print_json(asdict(bridge))
        return
    print_lines(
        [
            f"A = {_polynomial(bridge.slope)}",
            f"B = {_polynomial(bridge.intercept)}",
            "(z(t) = A ln t − B ; m : niveau de vie moyen, v : part de ménages pauvres, en parts des médianes "
            f"nationales), {french.counted(bridge.observations, 'observation')}.",
            f"Écrit : {out}",
        ]
    )


def _polynomial(coefficients: tuple[float, ...]) -> str:
    return " ; ".join(
        f"{french.number(value, 3)}{term}" for value, term in zip(coefficients, ("", " m", " v", " v²"), strict=True)
    )


@command(app, "fit-density")
def fit_density(
    incomes: IncomeOptions,
    out: Annotated[Destination, typer.Option("--out", metavar="FICHIER", help="Coefficients (JSON).")],
    grid: TerritoryGrid = None,
    official: Annotated[
        Path | None,
        typer.Option(
            "--official", metavar="FICHIER", help="Contours officiels en vigueur ; ceux de --territory sinon."
        ),
    ] = None,
    vintage: Vintage = None,
    generation: QpvGeneration = None,
    as_json: AsJson = False,
) -> None:
    """Ajuster le poids de la densité sur des contours officiels.

    La note avant et après est celle de la ville même où le poids est ajusté : elle est optimiste.
    """
    from geoville.workflows.score import fit_density_on

    contours, cells = _compared_with(official, grid, incomes.territory, vintage, generation)
    with out.writing() as path:
        fit = fit_density_on(cells, contours, incomes.request(vintage), path, generation=generation)
    if as_json:
        print_json(fit.document())
        return
    print_lines(
        [
            f"c = {french.number(fit.fitted.density_weight, 3)} (livré : {french.number(fit.shipped_weight, 3)}).",
            f"F1 avant : {french.number(fit.before.f1, 3)} ; après : {french.number(fit.after.f1, 3)} (même ville).",
            f"Probabilité d'être en QPV : logistique({french.number(fit.fitted.level, 2)} + "
            f"{french.number(fit.fitted.steepness, 1)} × (indice − 0,5)).",
            f"Pour s'en servir : perimeters candidates --density-weight {fit.fitted.density_weight:.3f}",
            f"Écrit : {out}",
        ]
    )


# --- `geoville perimeters vecu`: what the inhabitants of a quarter use around it


def vecu(
    places: Annotated[
        list[Path],
        typer.Option("--places", metavar="FICHIER", help="Lieux, avec la part d'usagers des QPV (option à répéter)."),
    ],
    quarters: QuarterOptions,
    layers: LayerOptions,
    streets: Annotated[
        Path | None,
        typer.Option("--streets", metavar="FICHIER", help="Rues (OSM, BD TOPO) ; sinon ligne droite × 1,3."),
    ] = None,
    minutes: Annotated[
        float, typer.Option("--minutes", metavar="MIN", min=0, help="Durée de marche jusqu'à un lieu.")
    ] = 10.0,
    speed_kmh: Annotated[float, typer.Option("--speed-kmh", metavar="KM/H", min=0, help="Vitesse de marche.")] = 4.5,
    as_json: AsJson = False,
) -> None:
    """Dessiner les quartiers vécus, toujours estimés.

    Ce sont les lieux utilisés autour des QPV, et les chemins qui y mènent.
    """
    from geoville.perimeters.vecu import VecuRules
    from geoville.workflows.vecu import compute_vecu

    run = compute_vecu(
        quarters.qpv,
        places,
        on=day(quarters.on),
        rules=VecuRules(minutes, speed_kmh),
        streets=streets,
        grid=quarters.cells,
        vintage=quarters.vintage,
        generation=quarters.generation,
        own=quarters.own,
    )
    deliver(run, quarters.out, layers.into, as_json=as_json, in_words=lambda: _print_vecu(run))


def _print_vecu(run: VecuRun) -> None:
    print_lines(
        [
            f"Quartiers vécus au {french.long_date(run.on)} : estimés, sans valeur réglementaire.",
            f"Distances : {run.measure}.",
        ]
    )
    print_table(
        ("Lieu retenu", "Quartier", "Pourquoi"),
        [(item.place.name, item.quarter.code, item.evidence) for item in run.vecu.kept],
    )
    if run.vecu.left:
        print_lines(["Lieux non retenus :"])
        print_table(("Lieu", "Pourquoi"), [(item.place.name, item.reason) for item in run.vecu.left])


# --- `geoville perimeters veille`: former perimeters minus the priority quarters


def veille(
    former: Annotated[
        list[Path],
        typer.Option("--former", metavar="FICHIER", help="Anciens périmètres, ZUS ou CUCS (option à répéter)."),
    ],
    quarters: QuarterOptions,
    layers: LayerOptions,
    min_area_m2: Annotated[
        float, typer.Option("--min-area-m2", metavar="M²", min=0, help="Surface du plus petit morceau gardé.")
    ] = 5_000.0,
    min_width_m: Annotated[
        float, typer.Option("--min-width-m", metavar="M", min=0, help="Ce qui est moins large est écarté.")
    ] = 20.0,
    min_population: Annotated[
        float, typer.Option("--min-population", metavar="N", min=0, help="Habitants du plus petit morceau gardé.")
    ] = 0.0,
    as_json: AsJson = False,
) -> None:
    """Calculer les quartiers de veille.

    Ce sont les anciennes ZUS et CUCS, moins les QPV en vigueur.
    """
    from geoville.perimeters.veille import VeilleRules
    from geoville.workflows.veille import compute_veille

    run = compute_veille(
        former,
        quarters.qpv,
        on=day(quarters.on),
        rules=VeilleRules(min_width_m, min_area_m2, min_population),
        grid=quarters.cells,
        vintage=quarters.vintage,
        generation=quarters.generation,
        own=quarters.own,
    )
    deliver(run, quarters.out, layers.into, as_json=as_json, in_words=lambda: _print_veille(run))


def _print_veille(run: VeilleRun) -> None:
    status = "estimés, sans valeur réglementaire" if run.estimated else "d'après des contours officiels"
    print_lines([f"Quartiers de veille au {french.long_date(run.on)} ({status})."])
    print_table(
        ("Quartier", "Origine", "Surface", "Habitants"),
        [
            (item.name, str(item.attributes["origin"]), _hectares(item.geometry.area), _people(item.attributes))
            for item in run.veille.quarters
        ],
    )
    if run.veille.dropped:
        print_lines(["Écartés :"])
        print_table(("Origine", "Surface", "Pourquoi"), _dropped(run.veille.dropped))


def _dropped(pieces: Sequence[DroppedPiece]) -> list[tuple[str, str, str]]:
    return [
        (";".join(item.code for item in piece.origins), _hectares(piece.geometry.area), piece.reason)
        for piece in pieces
    ]


def _people(attributes: dict[str, str | int | float | bool | None]) -> str:
    population = attributes["population"]
    return "non compté" if population is None else french.number(float(population))


def _hectares(area_m2: float) -> str:
    return french.quantity(area_m2 / 10_000, "ha", 2)
