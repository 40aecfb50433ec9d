"""Maps: from values to a map as data, then to one page that opens with no network."""

from geoville.rendering.compare_map import ComparisonSpec, comparison_map
from geoville.rendering.compare_page import render_comparison
from geoville.rendering.map_spec import MapSpec
from geoville.rendering.maps import perimeter_map, sector_map
from geoville.rendering.page import render_page
from geoville.rendering.recipe import SectorRecipe, parse_recipe

__all__ = [
    "ComparisonSpec",
    "MapSpec",
    "SectorRecipe",
    "comparison_map",
    "parse_recipe",
    "perimeter_map",
    "render_comparison",
    "render_page",
    "sector_map",
]
