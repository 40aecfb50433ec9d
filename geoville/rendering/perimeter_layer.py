"""Perimeters as drawn: one layer per kind and generation, official ones and estimates never together."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from geoville.crs import WGS84, transform_geometry
from geoville.eligibility.sentences import dates_in_force
from geoville.french import euros, long_date, number, people, percent
from geoville.model import Kind
from geoville.rendering.cell_layer import geojson
from geoville.rendering.map_spec import PerimeterLayer, Popup, Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from geoville.model import Perimeter

ESTIMATED = "estimé, sans valeur réglementaire"

KIND_NAMES = {
    Kind.QPV: "Quartier prioritaire (QPV)",
    Kind.CANDIDAT: "Quartier candidat",
    Kind.VEILLE: "Quartier de veille active",
    Kind.VECU: "Quartier vécu",
    Kind.ZUS: "Zone urbaine sensible (ZUS)",
    Kind.CUCS: "Quartier du contrat urbain de cohésion sociale (CUCS)",
    Kind.NPNRU: "Secteur NPNRU",
    Kind.ZFU: "Zone franche urbaine (ZFU-TE)",
}

LAYER_NAMES = {
    Kind.QPV: "Quartiers prioritaires (QPV)",
    Kind.CANDIDAT: "Quartiers candidats",
    Kind.VEILLE: "Quartiers de veille active",
    Kind.VECU: "Quartiers vécus",
    Kind.ZUS: "Zones urbaines sensibles (ZUS)",
    Kind.CUCS: "Quartiers CUCS",
    Kind.NPNRU: "Secteurs NPNRU",
    Kind.ZFU: "Zones franches urbaines (ZFU-TE)",
}

LINE_OF_KIND = {
    Kind.QPV: "qpv",
    Kind.CANDIDAT: "candidat",
    Kind.VEILLE: "veille",
    Kind.VECU: "vecu",
    Kind.ZUS: "former",
    Kind.CUCS: "former",
    Kind.NPNRU: "npnru",
    Kind.ZFU: "zfu",
}

_FIGURES: dict[str, tuple[str, Callable[[float], str]]] = {
    "population": ("Population", people),
    "households": ("Ménages", lambda value: number(value, 1)),
    "share_below_threshold": ("Part sous le seuil", percent),
    "median_eur": ("Revenu médian par UC", euros),
    "share_imputed": ("Part de population imputée", percent),
}
"""French label and format of the figures that a perimeter may carry among its attributes."""


def perimeter_layers(
    perimeters: Sequence[Perimeter],
    on: date,
    hidden: frozenset[Kind] = frozenset(),
    names: Mapping[str, str] = MappingProxyType({}),
) -> tuple[PerimeterLayer, ...]:
    """One layer per kind, generation and basis, in the order of `Kind`, the latest generation first.

    Parameters
    ----------
    on : official QPV not in force that day are drawn thinner, in a layer that says so.
    hidden : kinds that are off when the map opens.
    names : of kinds, in place of the usual ones.
    """
    groups: dict[tuple[int, int, bool], list[Perimeter]] = {}
    kinds = list(Kind)
    for perimeter in perimeters:
        key = (kinds.index(perimeter.kind), -(perimeter.generation or 0), perimeter.estimated)
        groups.setdefault(key, []).append(perimeter)
    return tuple(_layer(groups[key], on, hidden, names) for key in sorted(groups))


def wgs84_shape(perimeter: Perimeter) -> Shape:
    """Return one perimeter, transformed vertex by vertex, with its popup."""
    return Shape(geojson(transform_geometry(perimeter.geometry, perimeter.epsg, WGS84)), perimeter_popup(perimeter))


def perimeter_popup(perimeter: Perimeter) -> Popup:
    """Nature, code, dates, figures and reference of a perimeter."""
    rows = [
        ("Nature", ESTIMATED if perimeter.estimated else f"{KIND_NAMES[perimeter.kind]}, contour officiel"),
        ("Code", perimeter.code),
        ("Génération", str(perimeter.generation or "")),
        ("Grille", f"Filosofi {perimeter.vintage}" if perimeter.vintage else ""),
        ("En vigueur", dates_in_force(perimeter)),
        *_figure_rows(perimeter),
        *_origin_rows(perimeter),
        ("Texte", perimeter.reference),
        ("Source", perimeter.source.citation if perimeter.source else ""),
    ]
    return Popup(perimeter.name or perimeter.code, tuple(row for row in rows if row[1]))


def line_of(perimeter: Perimeter) -> str:
    """Key of the line of a perimeter: dashed for an estimate."""
    style = LINE_OF_KIND[perimeter.kind]
    return style if perimeter.kind is Kind.CANDIDAT or not perimeter.estimated else f"{style}_estimated"


def _layer(perimeters: list[Perimeter], on: date, hidden: frozenset[Kind], names: Mapping[str, str]) -> PerimeterLayer:
    first = perimeters[0]
    name = names.get(first.kind, LAYER_NAMES[first.kind]) + (f" {first.generation}" if first.generation else "")
    style = LINE_OF_KIND[first.kind]
    if first.estimated:
        name, style = f"{name} (contour {ESTIMATED})", line_of(first)
    elif not any(perimeter.in_force(on) for perimeter in perimeters):
        name, style = f"{name}, hors vigueur au {long_date(on)}", "former"
    ordered = sorted(perimeters, key=lambda perimeter: perimeter.code)
    shapes = tuple(wgs84_shape(perimeter) for perimeter in ordered)
    return PerimeterLayer(name, style, shapes, shown=first.kind not in hidden)


def _figure_rows(perimeter: Perimeter) -> list[tuple[str, str]]:
    rows = []
    for key, (label, write) in _FIGURES.items():
        value = perimeter.attributes.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            rows.append((f"{label} (estimation)" if perimeter.estimated else label, write(value)))
    return rows


def _origin_rows(perimeter: Perimeter) -> list[tuple[str, str]]:
    """Former perimeters that a veille quarter comes from, places that make a vécu, each with its evidence."""
    places = str(perimeter.attributes.get("evidence") or "")
    return [
        ("Anciens périmètres", str(perimeter.attributes.get("origin_name") or "")),
        *(("Lieu", place) for place in places.split(" | ")),
    ]
