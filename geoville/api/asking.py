"""How a route asks the desk without holding up the others: what waits for a network does so in a thread."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from geoville.eligibility.decide import decide
from geoville.errors import InvalidInputError
from geoville.geocoding.remote import RemoteGeocoder

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from geoville.api.lookup_models import Question
    from geoville.model import Answer
    from geoville.workflows.lookup import LookupDesk

Found = TypeVar("Found")


async def searched(desk: LookupDesk, search: Callable[[], Found]) -> Found:
    """What a search of the desk's geocoder finds.

    Only a remote geocoder is asked in a thread: it shares no geometry with this one. Everything else stays in the event
    loop, verdicts above all.
    """
    return await asyncio.to_thread(search) if isinstance(desk.geocoder, RemoteGeocoder) else search()


async def answer(desk: LookupDesk, question: str, on: date, *, postcode: str = "", citycode: str = "") -> Answer:
    """What `LookupDesk.answer` answers.

    Raises
    ------
    InvalidInputError
        The question cannot be searched.
    DataUnavailableError
        The remote geocoder is out of reach.
    """
    if not isinstance(desk.geocoder, RemoteGeocoder):
        return desk.answer(question, on, postcode=postcode, citycode=citycode)
    found = await asyncio.to_thread(desk.located, question, postcode=postcode, citycode=citycode)
    return decide(found, desk.index, on)


async def answer_question(desk: LookupDesk, asked: Question, on: date) -> Answer:
    """Answer to an address or to coordinates.

    Raises
    ------
    InvalidInputError
        The question is none, is both, or cannot be searched.
    DataUnavailableError
        The remote geocoder is out of reach.
    """
    if asked.q is not None and asked.lon is None and asked.lat is None and asked.accuracy_m is None:
        return await answer(desk, asked.q, on)
    if asked.q is None and asked.lon is not None and asked.lat is not None:
        return desk.answer_at(asked.lon, asked.lat, on, asked.accuracy_m or 0.0)
    raise InvalidInputError(
        "La question n'est pas claire", advice="donner soit q, soit lon et lat (et leur accuracy_m)"
    )
