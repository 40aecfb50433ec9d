"""What the service's questions are made of: days, coordinates, parameters given once and only once."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from geoville.errors import InvalidInputError

_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Strict(BaseModel):
    """A question. What it does not know is refused: a mistyped `on` must not become a silent "today"."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _iso_day(value: Any) -> Any:
    """Refuse what pydantic would take for a day: a number of seconds, a day with its time."""
    if isinstance(value, date) or (isinstance(value, str) and _ISO_DAY.fullmatch(value)):
        return value
    raise ValueError


def _number(value: Any) -> Any:
    """Refuse true and false, which Python takes for 1 and 0."""
    if isinstance(value, bool):
        raise ValueError  # noqa: TRY004 - pydantic turns it into its own error
    return value


DAY = "Jour de la question (AAAA-MM-JJ) ; aujourd'hui sinon"
AskedDay = Annotated[date, BeforeValidator(_iso_day), Field(examples=["2024-06-01"])]
Degrees = Annotated[float, BeforeValidator(_number)]
Count = Annotated[int, BeforeValidator(_number)]


def day_asked(on: date | None) -> date:
    """The day of a question: today where it does not say."""
    return on or date.today()  # noqa: DTZ011 - the legal day is the local one


async def _each_given_once(request: Request) -> None:
    if len(request.query_params.multi_items()) > len(request.query_params):
        raise InvalidInputError("Un paramètre est donné deux fois", advice="poser une question à la fois")


GivenOnce = Depends(_each_given_once)
"""Dependency of a route whose parameters may not be repeated: which one would be answered?"""
