"""An atlas as one PDF: the map of the whole with its table, then the sheet and the pages of each perimeter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.rendering.atlas.spec import FigureTable
from geoville.rendering.static.paper import pdf_bytes, printing, svg_text
from geoville.rendering.static.sheet import SheetOptions, draw_sheet
from geoville.rendering.static.text import text_pages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoville.rendering.atlas.spec import AtlasSpec
    from geoville.rendering.map_spec import MapSpec
    from geoville.rendering.static.paper import Page


def atlas_pdf(atlas: AtlasSpec) -> bytes:
    """Print an atlas; the same one always gives the same bytes."""
    with printing():
        return pdf_bytes(_pages(atlas), atlas.title)


def sheet_svg(spec: MapSpec) -> str:
    """Draw the sheet of a map for a page."""
    with printing():
        return svg_text(draw_sheet(spec).page)


def _pages(atlas: AtlasSpec) -> Iterator[Page]:
    paper = SheetOptions().paper
    rows = tuple((entry.spec.title, *entry.summary) for entry in atlas.entries)
    contents = FigureTable("Périmètres et secteurs", ("Page", *atlas.headers), rows, atlas.note)
    yield draw_sheet(atlas.overview).page
    yield from text_pages(atlas.title, [contents], paper, columns=1)
    for entry in atlas.entries:
        yield draw_sheet(entry.spec).page
        yield from text_pages(entry.spec.title, entry.blocks, paper)
