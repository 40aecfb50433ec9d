"""Generations of QPV: which list is in force on a day, and which one a code belongs to."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from geoville import french
from geoville.law.parameters import read_law
from geoville.model import Generation, TextRead

if TYPE_CHECKING:
    from datetime import date

_CODE_2015 = re.compile(r"QP\d\d[\dAB]\d{3}")
_CODE_2024 = re.compile(r"QN\d\d[\dAB]\d\d[A-Z]")


@cache
def generations() -> tuple[Generation, ...]:
    """Every generation, in metropolitan France and overseas."""
    return tuple(
        Generation(
            item["year"],
            item["zone"],
            item["from"],
            item["to"],
            item["reference"],
            item["verified"],
            TextRead(item["reading"]),
        )
        for item in read_law("generations.yaml")
    )


def first_day_of_quarters() -> date:
    """The first day on which there were QPV, anywhere in France."""
    return min(generation.valid_from for generation in generations())


def before_quarters(on: date) -> str:
    """French clause on a day that came before any QPV; empty where there were some.

    >>> from datetime import date
    >>> before_quarters(date(2014, 1, 1))
    "aucun QPV n'existait le 1er janvier 2014 ; les premiers datent du 1er janvier 2015"
    >>> before_quarters(date(2015, 1, 1))
    ''
    """
    first = first_day_of_quarters()
    if on >= first:
        return ""
    return f"aucun QPV n'existait le {french.long_date(on)} ; les premiers datent du {french.long_date(first)}"


def zone_of_departement(departement: str) -> str:
    """Zone whose dates apply to a département, in two or three characters.

    >>> zone_of_departement("062"), zone_of_departement("974")
    ('metropole', 'outre_mer')
    """
    return "outre_mer" if departement.startswith(("97", "98")) else "metropole"


def generation_of_code(code: str) -> Generation | None:
    """Generation that an official QPV code belongs to, None where the code is not one.

    >>> generation_of_code("QP062055").valid_to.isoformat(), generation_of_code("QN06253M").year
    ('2023-12-31', 2024)
    >>> generation_of_code("QN97401A").valid_from.isoformat()
    '2025-01-01'
    """
    if _CODE_2015.fullmatch(code):
        year = 2015
    elif _CODE_2024.fullmatch(code):
        year = 2024
    else:
        return None
    return _generation(year, zone_of_departement(code[2:5]))


@cache
def _generation(year: int, zone: str) -> Generation:
    return next(item for item in generations() if item.year == year and item.zone == zone)
