"""Online backdrops, opt-in: the one place that knows their hosts."""

from __future__ import annotations

from dataclasses import dataclass

from geoville.errors import InvalidInputError


@dataclass(frozen=True, slots=True)
class TileSource:
    """Images served by zoom, column and row in Web Mercator.

    Parameters
    ----------
    host : with its scheme; a page may fetch images from there and nowhere else.
    path : with `{z}`, `{x}` and `{y}`.
    attribution : what the licence asks to be written on the map.
    max_zoom : beyond it, the images of that zoom are enlarged.
    """

    name: str
    host: str
    path: str
    attribution: str
    max_zoom: int

    @property
    def url(self) -> str:
        """Address of an image, with its placeholders."""
        return self.host + self.path


_SOURCES = {
    "ign": TileSource(
        name="Plan IGN",
        host="https://data.geopf.fr",
        path=(
            "/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2&STYLE=normal"
            "&FORMAT=image/png&TILEMATRIXSET=PM&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}"
        ),
        attribution="Fond : Plan IGN, © IGN – Géoplateforme",
        max_zoom=19,
    ),
}


def tile_source(name: str) -> TileSource:
    """Return the online backdrop of that name.

    Raises
    ------
    InvalidInputError
        There is none.
    """
    if name not in _SOURCES:
        known = ", ".join(_SOURCES)
        raise InvalidInputError(f"Le fond de carte « {name} » est inconnu", advice=f"fonds connus : {known}")
    return _SOURCES[name]
