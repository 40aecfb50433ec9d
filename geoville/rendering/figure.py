"""Maps drawn by folium, and the page that holds them with all they need: nothing is fetched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoville.rendering.assets import inlined_link, own_text
from geoville.rendering.styles import PANES

if TYPE_CHECKING:
    from collections.abc import Sequence

_LEAFLET_SCRIPT, _LEAFLET_STYLE = "leaflet", "leaflet_css"
_ZOOMS = (9, 18)


@dataclass(frozen=True, slots=True)
class DrawnMaps:
    """What a page needs to show maps.

    Parameters
    ----------
    names : JavaScript variables of the maps.
    elements : HTML of each map, in the order of `names`.
    code : JavaScript that draws them.
    styles, scripts : HTML elements that `code` needs.
    """

    names: tuple[str, ...]
    elements: tuple[str, ...]
    code: str
    styles: tuple[str, ...]
    scripts: tuple[str, ...]


def blank_map(bounds: tuple[float, float, float, float]) -> Any:
    """Map without tiles nor controls, which the page's own script adds with French titles.

    Parameters
    ----------
    bounds : west, south, east, north in degrees: the view on opening.
    """
    import folium

    folium_map = folium.Map(tiles=None, zoom_control=False, attribution_control=False, zoom_snap=0.25)
    folium_map.options.update(minZoom=_ZOOMS[0], maxZoom=_ZOOMS[1])
    folium_map.default_js = [link for link in folium_map.default_js if link[0] == _LEAFLET_SCRIPT]
    folium_map.default_css = [link for link in folium_map.default_css if link[0] == _LEAFLET_STYLE]
    for name, height in PANES.items():
        folium.map.CustomPane(name, z_index=height).add_to(folium_map)
    west, south, east, north = bounds
    folium_map.fit_bounds([[south, west], [north, east]])
    return folium_map


def drawn(maps: Sequence[Any]) -> DrawnMaps:
    """Render maps for one page; the same maps always give the same text.

    Raises
    ------
    DataUnavailableError
        A script that they need is missing from the installation.
    """
    from branca.element import Figure

    _number_elements(maps)
    figure = Figure()
    for folium_map in maps:
        figure.add_child(folium_map)
    # The first rendering hands scripts and links out to the figure's parts, which our own template then lays out.
    figure.render()
    names = tuple(folium_map.get_name() for folium_map in maps)
    return DrawnMaps(
        names=names,
        elements=tuple(figure.html._children[name].render() for name in names),
        code=figure.script.render(),
        styles=_inlined_links(figure, "CssLink"),
        scripts=_inlined_links(figure, "JavascriptLink"),
    )


def page_text(template: str, **values: Any) -> str:
    """Fill a template of this package; values are escaped."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(own_text), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(template).render(**values)


def _number_elements(maps: Sequence[Any]) -> None:
    """Replace folium's random identifiers by numbers in order of drawing, so that the page's bytes never vary."""
    elements = list(maps)
    for number, element in enumerate(elements):
        element._id = str(number)
        elements.extend(element._children.values())


def _inlined_links(figure: Any, kind: str) -> tuple[str, ...]:
    links = figure.header._children.items()
    return tuple(inlined_link(name) for name, element in links if element._name == kind)
