"""Rows of coordinates answered by the thousand: what the desk would find for each, in its own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoville.eligibility.bulk import NO_PERIMETER, VERDICTS, BulkIndex
from geoville.eligibility.judgement import Located, quality_of
from geoville.eligibility.reasons import position_reasons
from geoville.eligibility.sentences import NOT_A_NO, OUT_OF_TERRITORY
from geoville.model import Basis, Kind, PerimeterHit, VerdictCode
from geoville.workflows.lookup import typed_position
from geoville.workflows.lookup_file_questions import degrees
from geoville.workflows.lookup_file_results import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from geoville.eligibility.bulk import BulkVerdicts
    from geoville.eligibility.index import PerimeterIndex
    from geoville.sources.row_files import InputRow


class BulkDesk:
    """Perimeters ready to be asked about rows of coordinates on one day.

    Only plain cases are answered here: no perimeter holds the point, or one alone does and no other generation could
    have been answered otherwise. The others need every perimeter around, as a single question does.
    """

    def __init__(self, index: PerimeterIndex, on: date) -> None:
        self._bulk = BulkIndex.build(index, on)
        self._on = on
        self._perimeters = index.perimeters
        self._basis_anywhere = index.answering(on)[0]
        self._has_other_generations = any(
            perimeter.kind is Kind.QPV and not perimeter.in_force(on) for perimeter in index.perimeters
        )

    def findings(self, rows: Sequence[InputRow]) -> list[Finding | None]:
        """What is found for each row, whose cells are a longitude and a latitude; None where it is no plain case."""
        lon = np.array([degrees(row.cells[0]) for row in rows])
        lat = np.array([degrees(row.cells[1]) for row in rows])
        verdicts = self._bulk.decide(lon, lat)
        points = zip(lon.tolist(), lat.tolist(), strict=True)
        return [self._finding(rank, east, north, verdicts) for rank, (east, north) in enumerate(points)]

    def _finding(self, rank: int, lon: float, lat: float, verdicts: BulkVerdicts) -> Finding | None:
        verdict = VERDICTS[verdicts.code[rank]]
        if verdict is VerdictCode.NOT_FOUND:
            return self._out_of_territory(lon, lat)
        row = int(verdicts.perimeter[rank])
        within = verdicts.sets.of(int(verdicts.within[rank]))
        if verdict is None or row == NO_PERIMETER or not self._is_plain(verdict, row, within):
            return None
        inside = verdict is VerdictCode.INSIDE
        hit = PerimeterHit(self._perimeters[row], float(verdicts.distance_m[rank]), inside)
        located = Located(typed_position(lon, lat), None, (hit,))
        basis = Basis.ESTIMATED if verdicts.estimated[rank] else Basis.OFFICIAL
        return Finding(
            position=located.position,
            on=self._on,
            verdict=verdict,
            basis=basis,
            perimeter=hit.perimeter,
            distance_m=hit.distance_m,
            quality=quality_of(located, verdict, (hit,)),
            reasons=position_reasons(located, verdict, basis, (hit,), (), self._on),
        )

    def _is_plain(self, verdict: VerdictCode, row: int, within: list[int]) -> bool:
        if verdict is VerdictCode.OUTSIDE:
            return not within
        return verdict is VerdictCode.INSIDE and within == [row] and not self._has_other_generations

    def _out_of_territory(self, lon: float, lat: float) -> Finding:
        return Finding(
            position=typed_position(lon, lat),
            on=self._on,
            verdict=VerdictCode.NOT_FOUND,
            basis=self._basis_anywhere,
            perimeter=None,
            distance_m=None,
            quality=None,
            reasons=(OUT_OF_TERRITORY, NOT_A_NO),
        )
