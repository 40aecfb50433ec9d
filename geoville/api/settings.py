"""Settings of the service, from the environment (prefix GEOVILLE_) or from the command line."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - pydantic reads the annotation

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What the service answers from.

    Parameters
    ----------
    territory : name of the pack.
    perimeters : files that answer instead of the pack's perimeters (JSON list in the environment).
    """

    model_config = SettingsConfigDict(env_prefix="GEOVILLE_", frozen=True)

    territory: str = "calais"
    perimeters: tuple[Path, ...] = ()
