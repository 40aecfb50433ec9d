"""What a layer of a vector file is, by its columns, its geometry and its codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.carroyage.cell_id import encode_ids, parse_cell_ids
from geoville.law import generation_of_code
from geoville.sources.contours.layouts import CODE, INSEE_CODE
from geoville.sources.grids.columns import SPELLINGS, has_cell_ids
from geoville.sources.official import columns as known

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoville.sources.official.layers import Layer


def kind_of_layer(layer: Layer) -> tuple[str, str] | None:
    """Kind of data set and vintage (empty where the content does not tell); None where it is none of them."""
    names = frozenset(layer.sample)
    if has_cell_ids(tuple(names)):
        ids = next(layer.sample[name] for name in names if name in SPELLINGS["id"])
        return ("grid", "") if are_200_m(ids) else None
    if "LineString" in layer.geometry:
        return ("streets", "") if any(road <= names for road in known.ROAD_COLUMNS) else None
    return _kind_of_polygons(layer) if "Polygon" in layer.geometry else None


def are_200_m(ids: Iterable[str]) -> bool:
    """Whether the first identifier is that of a 200 m cell, in any of INSEE's CRS."""
    first = next((text for text in ids if text), "")
    return bool(parse_cell_ids(encode_ids([first]))[0][0])


def _kind_of_polygons(layer: Layer) -> tuple[str, str] | None:
    if any(name in layer.sample for name in known.IRIS_CODES):
        return "iris_contours", ""
    if (generation := _generation(layer)) is not None:
        return "qpv", str(generation)
    if _is_zfu(layer):
        return "zfu", ""
    return ("commune_contours", "") if _is_communes(layer) else None


def _generation(layer: Layer) -> int | None:
    """Generation that the codes of QPV tell, None where they are not codes of QPV."""
    codes = next((layer.sample[name] for name in CODE if any(layer.sample.get(name, ()))), ())
    found = [generation_of_code(code) for code in codes if code]
    years = {generation.year for generation in found if generation is not None}
    return years.pop() if len(years) == 1 and None not in found else None


def _is_zfu(layer: Layer) -> bool:
    texts = (text for values in layer.sample.values() for text in values)
    return any("zfu" in name for name in layer.sample) or any(text.startswith(("ZFU", "Zfu")) for text in texts)


def _is_communes(layer: Layer) -> bool:
    """Whether each row is a commune: its own INSEE code, and not that of the commune that it is a part of."""
    if any(name in known.NOT_A_COMMUNE or name.startswith(known.NOT_A_COMMUNE_STARTS) for name in layer.sample):
        return False
    codes = next((layer.sample[name] for name in known.COMMUNE_CODES if name in layer.sample), ())
    named = any(name in layer.sample for name in known.COMMUNE_NAMES)
    return named and bool(codes) and len(set(codes)) == len(codes) and all(INSEE_CODE.fullmatch(code) for code in codes)
