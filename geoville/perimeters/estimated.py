"""Candidate quarters as perimeters: geometry, code, name and figures, always marked as estimated."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville.carroyage.cell_geometry import cell_squares, union_of_cells
from geoville.model import Kind, Perimeter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geoville.carroyage.grid import Grid
    from geoville.law import DatedValue, IncomeReference, Threshold
    from geoville.model import Source
    from geoville.perimeters.quarter import Quarter

_IRIS_IN_A_NAME = 2


@dataclass(frozen=True, slots=True)
class Names:
    """Names of places by INSEE code, where they are known.

    Parameters
    ----------
    neighbourhoods : by code of IRIS, the names that people use.
    """

    communes: Mapping[str, str]
    iris: Mapping[str, str]
    neighbourhoods: Mapping[str, str]


def candidate_perimeter(
    quarter: Quarter,
    rank: int,
    grid: Grid,
    *,
    epsg: int,
    threshold: Threshold,
    names: Names,
    source: Source,
    unverified: str,
) -> Perimeter:
    """A kept quarter as a perimeter.

    Parameters
    ----------
    rank : 1 for the most populated candidate.
    epsg : projected CRS of the territory.
    unverified : what the estimate rests on without its text having been read; empty if nothing.
    """
    squares = cell_squares(quarter.easting, quarter.northing, grid.epsg, epsg)
    commune = quarter.communes[0] if quarter.communes else "00000"
    geometry = union_of_cells(squares)
    return Perimeter(
        code=f"C{grid.vintage}-{commune}-{rank}",
        name=_name(quarter, rank, names),
        kind=Kind.CANDIDAT,
        geometry=geometry,
        epsg=epsg,
        estimated=True,
        vintage=grid.vintage,
        communes=quarter.communes,
        source=source,
        attributes={
            **quarter_figures(quarter, threshold),
            "area_m2": round(geometry.area),
            "iris": ";".join(quarter.iris),
            "unverified": unverified,
        },
    )


def quarter_figures(quarter: Quarter, threshold: Threshold) -> dict[str, float | int | None]:
    """Figures of a quarter, kept or rejected; what is not known is None."""
    return {
        "population": quarter.population,
        "households": _rounded(quarter.households, 1),
        "share_below_threshold": _rounded(quarter.share_below.value, 4),
        "share_below_low": _rounded(quarter.share_below.low, 4),
        "share_below_high": _rounded(quarter.share_below.high, 4),
        "median_eur": _rounded(quarter.median_eur.value, 0),
        "median_low_eur": _rounded(quarter.median_eur.low, 0),
        "median_high_eur": _rounded(quarter.median_eur.high, 0),
        "threshold_eur": _rounded(threshold.eur, 0),
        "share_imputed": _rounded(quarter.share_imputed, 4),
        "cells": len(quarter.rows),
    }


def unverified_inputs(reference: IncomeReference, law: Iterable[DatedValue]) -> str:
    """What an estimate rests on without its text having been read, as a French enumeration; empty if nothing."""
    unverified = [value.reference for value in law if not value.verified]
    if not reference.verified:
        unverified.insert(0, f"revenus médians de référence ({reference.source})")
    return ", ".join(unverified)


def _name(quarter: Quarter, rank: int, names: Names) -> str:
    """A name that cannot be taken for that of an official quarter."""
    used = list(dict.fromkeys(names.neighbourhoods[code] for code in quarter.iris if code in names.neighbourhoods))
    known = used or [names.iris[code] for code in quarter.iris if code in names.iris][:_IRIS_IN_A_NAME]
    commune = f", {names.communes.get(quarter.communes[0], quarter.communes[0])}" if quarter.communes else ""
    return f"Candidat {rank}{commune}" + (f" ({', '.join(known)})" if known else "")


def _rounded(value: float, decimals: int) -> float | None:
    return None if math.isnan(value) else round(value, decimals)
