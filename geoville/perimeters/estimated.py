"""Candidate quarters as perimeters: geometry, code, name and figures, always marked as estimated."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoville import french
from geoville.carroyage.method import method_choice
from geoville.law import moved_thresholds, parameter
from geoville.model import Kind, Perimeter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from shapely.geometry.base import BaseGeometry

    from geoville.carroyage.bridge import Bridge
    from geoville.law import DatedValue, IncomeReference, Threshold
    from geoville.model import Source
    from geoville.perimeters.figures import AreaFigures
    from geoville.perimeters.quarters import Quarter


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
    geometry: BaseGeometry,
    rank: int,
    *,
    epsg: int,
    vintage: int,
    names: Names,
    source: Source,
    unverified: str,
    supposed: str = "",
) -> Perimeter:
    """A kept quarter as a perimeter.

    Parameters
    ----------
    geometry : its outline, in the projected CRS `epsg` of the territory.
    rank : 1 for the most populated candidate.
    vintage : year of the grid.
    unverified : what the estimate rests on without its text having been read; empty if nothing.
    supposed : sentence on the figures taken in place of the decree's; empty if none was.
    """
    commune = quarter.communes[0] if quarter.communes else "00000"
    return Perimeter(
        code=f"C{vintage}-{commune}-{rank}",
        name=_name(quarter, rank, names),
        kind=Kind.CANDIDAT,
        geometry=geometry,
        epsg=epsg,
        estimated=True,
        vintage=vintage,
        communes=quarter.communes,
        source=source,
        attributes={
            **quarter_figures(quarter),
            "area_m2": round(geometry.area),
            "iris": ";".join(quarter.iris),
            "unverified": unverified,
            **({"scenario": supposed} if supposed else {}),
        },
    )


def quarter_figures(quarter: Quarter) -> dict[str, float | int | None]:
    """Figures of a quarter, kept or rejected; what is not known is None. `euros_of` is the year of its amounts."""
    figures = _figures(quarter, quarter.threshold.eur, quarter.threshold.reference.year)
    return {**figures, "cells": len(quarter.rows)}


def area_attributes(figures: AreaFigures, threshold_eur: float) -> dict[str, float | int | str | None]:
    """Figures of any area, named as those of a candidate; `coverage` tells whether data cover it."""
    return {
        **_figures(figures, threshold_eur, figures.euros_of),
        "share_covered": _rounded(figures.share_covered, 4),
        "coverage": figures.coverage.value,
    }


def _figures(found: Quarter | AreaFigures, threshold_eur: float, euros_of: int | None) -> dict[str, float | int | None]:
    return {
        "population": _rounded(found.population, 2),
        "households": _rounded(found.households, 1),
        "share_below_threshold": _rounded(found.share_below.value, 4),
        "share_below_low": _rounded(found.share_below.low, 4),
        "share_below_high": _rounded(found.share_below.high, 4),
        "median_eur": _rounded(found.median_eur.value, 0),
        "median_low_eur": _rounded(found.median_eur.low, 0),
        "median_high_eur": _rounded(found.median_eur.high, 0),
        "threshold_eur": _rounded(threshold_eur, 0),
        "euros_of": euros_of,
        "share_imputed": _rounded(found.share_imputed, 4),
    }


INTERVALS_COVER = (
    "L'intervalle à 90 % couvre l'erreur d'estimation des revenus ; ni celle du seuil, ni celle des habitants, ni le "
    "choix du contour."
)


def unverified_inputs(references: Iterable[IncomeReference], law: Iterable[DatedValue]) -> str:
    """What an estimate rests on without its text having been read, as a French enumeration; empty if nothing."""
    incomes = [f"revenus médians de référence ({item.source})" for item in references if not item.verified]
    return ", ".join(dict.fromkeys([*incomes, *(value.reference for value in law if not value.verified)]))


def doubts_in_words(threshold: Threshold, law: Iterable[DatedValue], bridge: Bridge, on: date) -> tuple[str, ...]:
    """What an error on each median that was not verified would do to a threshold, one French sentence each.

    Notes
    -----
    An error on a national median moves the incomes of cells, not the threshold; the sentence gives the threshold that
    would have the same effect: ``S (N ± d) / N`` for the declared one, and ``S ± b ln((N ± d) / N)`` in shares of the
    national median for the disposable one, which goes through the bridge of slope b.
    """
    doubt = method_choice("doubt_of_medians_eur").value
    moved = moved_thresholds(threshold, doubt, on) if not threshold.reference.verified else ()
    return (
        *(_doubt_in_words(name, doubt, low, high) for name, low, high in moved),
        *(
            _income_doubt_in_words(
                f"{parameter(value.parameter).label} de {value.valid_from.year} ({french.euros(value.value)})",
                doubt,
                _same_effect(threshold, value, -doubt, bridge),
                _same_effect(threshold, value, doubt, bridge),
            )
            for value in _unverified_medians(law)
        ),
    )


_DECLARED, _DISPOSABLE = "median_declared_income_eur", "median_disposable_income_eur"


def _unverified_medians(law: Iterable[DatedValue]) -> Iterator[DatedValue]:
    return (value for value in law if not value.verified and value.parameter in {_DECLARED, _DISPOSABLE})


def _same_effect(threshold: Threshold, median: DatedValue, by_eur: float, bridge: Bridge) -> float:
    """Threshold that would have the effect of an error on a national median, euros."""
    ratio = (median.value + by_eur) / median.value
    if median.parameter == _DECLARED:
        return threshold.eur * ratio
    return threshold.eur + bridge.slope * math.log(ratio) * threshold.reference.national_eur


def _doubt_in_words(name: str, doubt: float, low: float, high: float) -> str:
    return (
        f"Une erreur de ±{french.euros(doubt)} sur le {name} mettrait le seuil entre {french.number(low)} et "
        f"{french.euros(high)}."
    )


def _income_doubt_in_words(name: str, doubt: float, low: float, high: float) -> str:
    """Of a national median: the threshold, a round hundred by law, stays where it is."""
    return (
        f"Une erreur de ±{french.euros(doubt)} sur le {name} laisserait le seuil mais déplacerait les revenus estimés, "
        f"comme le ferait un seuil de {french.number(low)} à {french.euros(high)}."
    )


def _name(quarter: Quarter, rank: int, names: Names) -> str:
    """A name that cannot be taken for that of an official quarter."""
    used = list(dict.fromkeys(names.neighbourhoods[code] for code in quarter.iris if code in names.neighbourhoods))
    known = used or [names.iris[code] for code in quarter.iris if code in names.iris][:_IRIS_IN_A_NAME]
    commune = f", {names.communes.get(quarter.communes[0], quarter.communes[0])}" if quarter.communes else ""
    return f"Candidat {rank}{commune}" + (f" ({', '.join(known)})" if known else "")


def _rounded(value: float, decimals: int) -> float | None:
    return None if math.isnan(value) else round(value, decimals)
