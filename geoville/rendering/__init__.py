"""Maps: from values to a map as data, then to one page that opens with no network."""

from geoville.rendering.comparison import ComparisonSpec, comparison_map, render_comparison
from geoville.rendering.map_spec import MapSpec, Scene
from geoville.rendering.maps import perimeter_map, perimeters_map, sector_map
from geoville.rendering.page import render_page
from geoville.rendering.sector import SectorRecipe, parse_recipe

__all__ = [
    "ComparisonSpec",
    "MapSpec",
    "Scene",
    "SectorRecipe",
    "comparison_map",
    "parse_recipe",
    "perimeter_map",
    "perimeters_map",
    "render_comparison",
    "render_page",
    "sector_map",
]
