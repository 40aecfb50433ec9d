"""Does this action benefit the inhabitants of a QPV? The desk that answers about actions, for every door."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from geoville.eligibility.actions.action import Action, Catchment, Homes, StatedCounts, StatedShare
from geoville.eligibility.actions.check import ActionLayers, check_action
from geoville.eligibility.index import PerimeterIndex
from geoville.errors import InvalidInputError, Location
from geoville.model import NotFound
from geoville.sources.manifest import missing
from geoville.workflows.footprints import population_of, read_footprint
from geoville.workflows.lookup import LookupDesk, typed_position
from geoville.workflows.lookup_file.questions import RECOGNISED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from shapely.geometry.base import BaseGeometry

    from geoville.eligibility.actions.action import ActionFinding, Public
    from geoville.model import Answer, Position
    from geoville.perimeters.areas import PopulatedCells
    from geoville.sources.actions import Area, AskedAction, AskedPublic


_NOT_READ = NotFound("Adresse qui ne peut pas être cherchée")


@dataclass(frozen=True)
class ActionDesk:
    """Everything that answers about actions need.

    Parameters
    ----------
    desk : finds the places, and knows the perimeters.
    territory : name of the pack whose cells give a catchment its people.
    """

    desk: LookupDesk
    territory: str

    @cached_property
    def layers(self) -> ActionLayers:
        """Perimeters, one index for each kind."""
        return ActionLayers(self.desk.index)

    @cached_property
    def finder(self) -> LookupDesk:
        """Finds places as the desk does; where they stand is asked of the layers, once for each stage."""
        return LookupDesk(self.desk.geocoder, PerimeterIndex(()))

    @cached_property
    def population(self) -> PopulatedCells:
        """People of the territory, read once and only where a catchment is asked about; they must be known."""
        population = population_of(self.territory)
        if population is None:
            raise missing("grid", self.territory)
        return population

    def check(
        self,
        asked: AskedAction,
        *,
        on: date | None,
        today: date,
        places: tuple[Position | NotFound, ...] | None = None,
    ) -> ActionFinding:
        """Answer about an action.

        Parameters
        ----------
        on : day judged instead of the action's period.
        today : day judged where neither is given; of a later one, the answer says what it supposes.
        places : what was already found of its places; None to look for them.

        Raises
        ------
        InvalidInputError
            A place or a file of the action cannot be used; names the key, never an address.
        """
        start = on or asked.start or today
        if places is None:
            places = tuple(self._place(asked, rank, start) for rank in range(1, len(asked.places) + 1))
        action = Action(
            title=asked.title,
            bearer=asked.bearer,
            places=places,
            zone=None if asked.zone is None else _geometry(asked.zone),
            start=start,
            end=on or asked.end or today,
            public=None if asked.public is None else self._public(asked.public, start),
        )
        population = self.population if isinstance(action.public, Catchment) else None
        return check_action(action, self.layers, population, today=today)

    def _place(self, asked: AskedAction, rank: int, on: date) -> Position | NotFound:
        place = asked.places[rank - 1]
        try:
            if isinstance(place, str):
                return _found(self.finder.answer(place, on))
            return typed_position(place.lon, place.lat, place.accuracy_m)
        except InvalidInputError as error:
            where = Location(asked.file, column=f"places[{rank}]")
            raise InvalidInputError(error.message, where=where, advice=error.advice) from None

    def _public(self, asked: AskedPublic, on: date) -> Public:
        if asked.share_in_qpv is not None:
            return StatedShare(asked.share_in_qpv)
        if asked.counts is not None:
            return StatedCounts(asked.counts, asked.total)
        if asked.catchment is not None:
            return Catchment(_geometry(asked.catchment))
        homes = asked.addresses
        if isinstance(homes, Path):
            return Homes(tuple(self._homes_in(homes, on)))
        return Homes(tuple(self._home(text, on) for text in homes or ()))

    def _home(self, text: str, on: date) -> Position | NotFound:
        """Where a home is. One that cannot be asked about is not found: it still counts among the beneficiaries."""
        try:
            return _found(self.finder.answer(text, on))
        except InvalidInputError:
            return _NOT_READ

    def _homes_in(self, path: Path, on: date) -> Iterator[Position | NotFound]:
        """Homes of a file, one in each row; errors name a row by its line, never by what it holds."""
        rows = RECOGNISED.open(path)
        questions = RECOGNISED.asked_of(rows)
        found = False
        for row in rows.rows([rows.columns.index(name) for name in questions.columns]):
            found = True
            if row.fault:
                raise InvalidInputError("Ligne illisible", where=Location(path.name, row.line), advice=row.fault)
            try:
                answer = questions.ask(row.cells, self.finder, on).answer
            except InvalidInputError:
                answer = None
            yield _NOT_READ if answer is None else _found(answer)
        if not found:
            raise InvalidInputError(
                "La liste d'adresses est vide", where=Location(path.name), advice="donner une ligne par bénéficiaire"
            )


def _found(answer: Answer) -> Position | NotFound:
    return answer.position or NotFound(answer.reasons[0])


def _geometry(area: Area) -> BaseGeometry:
    return read_footprint(area) if isinstance(area, Path) else area
