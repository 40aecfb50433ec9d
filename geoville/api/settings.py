"""Settings of the service, from the environment (prefix GEOVILLE_) or from the command line."""

from __future__ import annotations

import json
import re
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from geoville.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterable


PREFIX = "GEOVILLE_"


class Settings(BaseSettings):
    """What the service answers from, and what it refuses. A list is a JSON list in the environment.

    Parameters
    ----------
    territory : name of the pack.
    perimeters : files that answer instead of the pack's perimeters.
    addresses : list, or index, of addresses searched instead of the pack's list.
    geocoder : remote service asked instead of any list; the operator's choice alone, never a request's.
    tiles : Plan IGN under the page's map, which a third party serves: offered (empty), on at first, or never offered.
    tiles_host : mirror of the Géoplateforme that serves it instead.
    public_url : address under which clients reach the service, where a proxy changes it; links bear it.
    cors_origins : origins whose pages may read the answers ("*": any).
    admin_token : what `POST /admin/reload` asks for; without one the route does not exist.
    max_query_bytes : longest path and query of a request.
    max_body_bytes : longest body of a request, but for a file sent to be answered.
    max_upload_bytes : longest body where a file is sent.
    max_vertices : most vertices of a geometry asked about.
    max_rows : most rows of a file sent to be answered.
    max_unpacked_bytes : largest size of a workbook once unpacked.
    max_decompression_ratio : most times that unpacking may multiply a workbook's size.
    max_files : most files that a worker answers at once; more wait for a while, then are refused.
    max_file_memory_bytes : memory of the process that reads a file, besides what reading any takes.
    request_timeout_s : how long a request may stay without progress, from its client or from the service.
    upload_timeout_s : how long the answer to a file may take to start, as that of a workbook does; CSV starts at once.
    rate_per_minute : most requests of a client to one worker; 0 for no limit.
    trusted_proxies : networks whose `X-Forwarded-For` is believed.
    jobs_dir : where files sent to `/jobs` and their answers are kept for a time; without one those routes do not exist.
    jobs_hours : how long they are kept at most.
    max_jobs : how many are kept at most.
    log_json : whether each request writes one line of JSON, without what was asked.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, env_ignore_empty=True)

    territory: str = "calais"
    perimeters: tuple[Path, ...] = ()
    addresses: Path | None = None
    geocoder: str | None = None
    tiles: Literal["", "ign", "aucun"] = ""
    tiles_host: Annotated[str, Field(pattern=r"^(https?://[A-Za-z0-9.:\[\]-]+)?$")] = ""
    public_url: Annotated[str, Field(pattern=r"^(https?://[^\s?#]+)?$")] = ""
    cors_origins: tuple[str, ...] = ()
    admin_token: Annotated[SecretStr, Field(min_length=16)] | None = None
    max_query_bytes: Annotated[int, Field(ge=1)] = 8_192
    max_body_bytes: Annotated[int, Field(ge=1)] = 2_000_000
    max_upload_bytes: Annotated[int, Field(ge=1)] = 100_000_000
    max_vertices: Annotated[int, Field(ge=4)] = 5_000
    max_rows: Annotated[int, Field(ge=1)] = 1_000_000
    max_unpacked_bytes: Annotated[int, Field(ge=1)] = 300_000_000
    max_decompression_ratio: Annotated[int, Field(ge=1)] = 100
    max_files: Annotated[int, Field(ge=1)] = 4
    max_file_memory_bytes: Annotated[int, Field(ge=1)] = 600_000_000
    request_timeout_s: Annotated[float, Field(gt=0)] = 30.0
    upload_timeout_s: Annotated[float, Field(gt=0)] = 900.0
    rate_per_minute: Annotated[int, Field(ge=0)] = 0
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    jobs_dir: Path | None = None
    jobs_hours: Annotated[float, Field(gt=0)] = 24.0
    max_jobs: Annotated[int, Field(ge=1)] = 20
    log_json: bool = False

    def environment(self) -> dict[str, str]:
        """Variables from which a worker builds the same settings; the token stays in the variable it came from."""
        given = self.model_dump(mode="json", include=self.model_fields_set - {"admin_token"}, exclude_none=True)
        texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}
        return {f"{PREFIX}{name.upper()}": text for name, text in texts.items()}


def read_settings(**given: Any) -> Settings:
    """Settings of the environment, but for those given that are not None.

    Raises
    ------
    InvalidInputError
        A setting is not what it should be; names it, and never repeats its value, which may be the token.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        fields = sorted({str(fault["loc"][0]) for fault in error.errors()})
        advice = "en voir le sens dans docs/guide/8-service-http.md (un jeton a au moins 16 caractères)"
        raise _wrong(fields, advice) from None
    except SettingsError as error:
        fields = re.findall(r'field "(\w+)"', str(error))
        raise _wrong(fields, """donner une liste JSON, par exemple '["un", "deux"]'""") from None


def _wrong(fields: Iterable[str], advice: str) -> InvalidInputError:
    names = ", ".join(f"{PREFIX}{field.upper()}" for field in fields)
    return InvalidInputError(f"Réglage mal écrit ({names})", advice=advice)
