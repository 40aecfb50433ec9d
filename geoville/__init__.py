"""Urban policy perimeters: compute them, say whether an address is in, draw them.

From Python, everything starts at a territory:

>>> from datetime import date
>>> from geoville import Territory
>>> answer = Territory.open("calais").decide("1 rue Youri Gagarine, 62100 Calais", on=date(2026, 1, 15))
>>> str(answer.verdict), str(answer.basis)
('inside', 'estimated')
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geoville.version import __version__

if TYPE_CHECKING:
    from geoville.errors import DataUnavailableError, GeovilleError, InvalidInputError
    from geoville.model import Basis, Kind, VerdictCode
    from geoville.territory import Territory


__all__ = [
    "Basis",
    "DataUnavailableError",
    "GeovilleError",
    "InvalidInputError",
    "Kind",
    "Territory",
    "VerdictCode",
    "__version__",
]

_HOMES = {
    "Basis": "geoville.model",
    "DataUnavailableError": "geoville.errors",
    "GeovilleError": "geoville.errors",
    "InvalidInputError": "geoville.errors",
    "Kind": "geoville.model",
    "Territory": "geoville.territory",
    "VerdictCode": "geoville.model",
}
"""Module of each public name, imported when the name is first asked for: `import geoville` costs nothing."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
