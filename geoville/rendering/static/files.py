"""A printed map as the bytes of a file: PDF in vectors, with what the panel says on the pages after, or PNG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.rendering.static.paper import pdf_bytes, png_bytes, printing
from geoville.rendering.static.sheet import SheetOptions, draw_sheet
from geoville.rendering.static.text import text_pages

if TYPE_CHECKING:
    from geoville.rendering.map_spec import MapSpec


def sheet_pdf(spec: MapSpec, options: SheetOptions | None = None) -> bytes:
    """Print a map, then what its panel says; the same map always gives the same bytes.

    Raises
    ------
    InvalidInputError
        The map has no theme of the key asked for.
    """
    options = options or SheetOptions()
    with printing():
        sheet = draw_sheet(spec, options)
        return pdf_bytes((sheet.page, *text_pages(spec.title, spec.panel, options.paper)), spec.title)


def sheet_png(spec: MapSpec, options: SheetOptions | None = None) -> bytes:
    """Print a map as a picture at 300 dots per inch; parameters and errors as `sheet_pdf`."""
    with printing():
        return png_bytes(draw_sheet(spec, options).page)
