"""French typography: numbers, amounts, distances and dates as a French reader expects them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"

_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
_METRES_IN_A_KILOMETRE = 1000


def number(value: float, decimals: int = 0) -> str:
    """A number with a decimal comma and thin spaces between thousands.

    >>> number(7590.5, 1).replace(THIN_SPACE, "_")
    '7_590,5'
    """
    return f"{value:,.{decimals}f}".replace(",", THIN_SPACE).replace(".", ",")


def euros(value: float) -> str:
    """An amount in whole euros.

    >>> euros(10100.76).replace(THIN_SPACE, "_").replace(NO_BREAK_SPACE, "~")
    '10_101~€'
    """
    return f"{number(value)}{NO_BREAK_SPACE}€"


def percent(share: float, decimals: int = 0) -> str:
    """A share in [0, 1] as a percentage.

    >>> percent(0.678).replace(THIN_SPACE, "_")
    '68_%'
    """
    return f"{number(share * 100, decimals)}{THIN_SPACE}%"


def distance(metres: float) -> str:
    """A distance, in metres under one kilometre.

    >>> distance(34.6).replace(NO_BREAK_SPACE, "~"), distance(1234.0).replace(NO_BREAK_SPACE, "~")
    ('35~m', '1,2~km')
    """
    if round(metres) < _METRES_IN_A_KILOMETRE:
        return f"{number(metres)}{NO_BREAK_SPACE}m"
    return f"{number(metres / _METRES_IN_A_KILOMETRE, 1)}{NO_BREAK_SPACE}km"


def day(on: date) -> str:
    """A date in words.

    >>> from datetime import date
    >>> day(date(2015, 1, 1)).replace(NO_BREAK_SPACE, "~")
    '1er~janvier~2015'
    """
    ordinal = "1er" if on.day == 1 else str(on.day)
    return NO_BREAK_SPACE.join((ordinal, _MONTHS[on.month - 1], str(on.year)))
