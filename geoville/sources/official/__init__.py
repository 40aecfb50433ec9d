"""Official files as they are published: recognised by their content, cut to an area, written as files of a pack."""

from geoville.sources.official.addresses import IndexAddresses, IndexedAddresses
from geoville.sources.official.area import Area, Converted, Recognised
from geoville.sources.official.cells import make_cells
from geoville.sources.official.conversion import convert
from geoville.sources.official.outlines import Outlines, read_outlines
from geoville.sources.official.recognise import recognise
from geoville.sources.official.urban_units import OfficialUrbanUnit, urban_units_of

__all__ = [
    "Area",
    "Converted",
    "IndexAddresses",
    "IndexedAddresses",
    "OfficialUrbanUnit",
    "Outlines",
    "Recognised",
    "convert",
    "make_cells",
    "read_outlines",
    "recognise",
    "urban_units_of",
]
