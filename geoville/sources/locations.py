"""Folders that geoville reads from and keeps the user's files in."""

from __future__ import annotations

import os
from pathlib import Path

USER_FOLDER_VARIABLE = "GEOVILLE_DATA_DIR"

_PACKAGE = Path(__file__).resolve().parents[1]


def embedded_data() -> Path:
    """Folder of the territory packs: inside the installed package, else that of the repository."""
    return _embedded("data")


def embedded_maps() -> Path:
    """Folder of the sector recipes: inside the installed package, else that of the repository."""
    return _embedded("maps")


def user_data() -> Path:
    """Folder of what the user adds: ``GEOVILLE_DATA_DIR`` if set, else the system's folder for data of applications."""
    chosen = os.environ.get(USER_FOLDER_VARIABLE)
    if chosen:
        return Path(chosen)
    from platformdirs import user_data_dir

    return Path(user_data_dir("geoville", appauthor=False))


def _embedded(name: str) -> Path:
    installed = _PACKAGE / "embedded" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name
