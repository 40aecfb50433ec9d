"""Which perimeters of two maps answer to each other: those that share people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoville.perimeters.areas import meeting_pairs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shapely.geometry.base import BaseGeometry

    from geoville.perimeters.areas import PopulatedCells

Group = tuple[list[int], list[int]]


def linked_groups(
    old: Sequence[BaseGeometry], new: Sequence[BaseGeometry], cells: PopulatedCells, link_share: float
) -> list[Group]:
    """Old and new perimeters, by indices, in groups tied by links.

    Parameters
    ----------
    old, new : valid polygons in the CRS of the cells.
    link_share : two perimeters are linked when at least this share of the people of one of them live in both; of its
        surface, where nobody lives in one of them.

    Returns
    -------
    Groups of (old, new) indices, each perimeter in exactly one.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(old) + len(new)
    if not count:
        return []
    links = list(_links(old, new, cells, link_share))
    first, second = np.array(links, dtype=np.intp).reshape(-1, 2).T
    graph = coo_array((np.ones(len(links)), (first, second + len(old))), shape=(count, count))
    _, label = connected_components(graph, directed=False)
    groups: dict[int, Group] = {}
    for place, number in enumerate(label.tolist()):
        olds, news = groups.setdefault(number, ([], []))
        if place < len(old):
            olds.append(place)
        else:
            news.append(place - len(old))
    return list(groups.values())


def _links(
    old: Sequence[BaseGeometry], new: Sequence[BaseGeometry], cells: PopulatedCells, link_share: float
) -> Iterator[tuple[int, int]]:
    import shapely

    people_before, people_after = ([cells.people_in(shape) for shape in shapes] for shapes in (old, new))
    for first, second in meeting_pairs(old, new):
        both = shapely.intersection(old[first], new[second])
        shared, whole = cells.people_in(both), min(people_before[first], people_after[second])
        if not whole:
            shared, whole = both.area, min(old[first].area, new[second].area)
        if shared >= link_share * whole:
            yield first, second
