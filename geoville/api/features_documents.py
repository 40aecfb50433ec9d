"""Documents of OGC API - Features: the landing page, collections, their features, and the links between them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from geoville import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from geoville.workflows.feature_layer import FeatureLayer

JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"

# Not "oas30": the API definition is in OpenAPI 3.1.
CONFORMANCE = (
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
)


def landing(base: str, title: str) -> dict[str, Any]:
    """What a client finds first."""
    return {
        "title": f"geoville, {title}",
        "description": "Quartiers prioritaires de la politique de la ville : périmètres, secteurs, IRIS et carreaux.",
        "version": __version__,
        "links": [
            _link("self", f"{base}/?f=json", JSON, "Cet accueil"),
            _link("alternate", f"{base}/?f=html", HTML, "La page, pour une personne"),
            _link("service-desc", f"{base}/openapi.json", JSON, "Définition de l'API"),
            _link("service-doc", f"{base}/docs", HTML, "Documentation de l'API"),
            _link("conformance", f"{base}/conformance", JSON, "Normes suivies"),
            _link("data", f"{base}/collections", JSON, "Les collections"),
        ],
    }


def collections(base: str, layers: Sequence[FeatureLayer]) -> dict[str, Any]:
    """Every collection."""
    return {
        "links": [_link("self", f"{base}/collections", JSON, "Les collections")],
        "collections": [collection(base, layer) for layer in layers],
    }


def collection(base: str, layer: FeatureLayer) -> dict[str, Any]:
    """One collection, without its features."""
    here = f"{base}/collections/{layer.name}"
    document: dict[str, Any] = {
        "id": layer.name,
        "title": layer.title,
        "description": layer.description,
        "attribution": layer.attribution,
        "itemType": "feature",
        "crs": [CRS84],
        "links": [
            _link("self", here, JSON, layer.title),
            _link("items", f"{here}/items", GEOJSON, "Les objets"),
            _link("related", f"{base}/tiles/{layer.name}.json", JSON, "Tuiles vectorielles (TileJSON)"),
        ],
    }
    extent: dict[str, Any] = {}
    if layer.extent:
        extent["spatial"] = {"bbox": [list(layer.extent)], "crs": CRS84}
    if layer.dated:
        first, last = layer.interval
        extent["temporal"] = {"interval": [[_instant(first, "00:00:00"), _instant(last, "23:59:59")]], "trs": GREGORIAN}
    return document | ({"extent": extent} if extent else {})


def page_of_features(
    base: str, layer: FeatureLayer, asked: Mapping[str, str], rows: Sequence[int], offset: int, size: int
) -> dict[str, Any]:
    """One page of the features asked for.

    Parameters
    ----------
    asked : parameters of the request, which the links to other pages keep.
    rows : of all the features that match.
    """
    here = f"{base}/collections/{layer.name}"

    def page(rel: str, title: str, **other: int) -> dict[str, str]:
        query = urlencode({**asked, **other}, safe=",:/")
        return _link(rel, f"{here}/items?{query}" if query else f"{here}/items", GEOJSON, title)

    shown = rows[offset : offset + size]
    links = [page("self", "Cette page"), _link("collection", here, JSON, layer.title)]
    if offset + size < len(rows):
        links.append(page("next", "Page suivante", offset=offset + size))
    if offset > 0:
        links.append(page("prev", "Page précédente", offset=max(0, offset - size)))
    return {
        "type": "FeatureCollection",
        "numberMatched": len(rows),
        "numberReturned": len(shown),
        "timeStamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "attribution": layer.attribution,
        "links": links,
        "features": features(layer, shown),
    }


def feature(base: str, layer: FeatureLayer, row: int) -> dict[str, Any]:
    """One feature with its links."""
    here = f"{base}/collections/{layer.name}"
    links = [
        _link("self", f"{here}/items/{quote(layer.ids[row], safe='')}", GEOJSON, "Cet objet"),
        _link("collection", here, JSON, layer.title),
    ]
    return features(layer, [row])[0] | {"links": links}


def features(layer: FeatureLayer, rows: Sequence[int]) -> list[dict[str, Any]]:
    """GeoJSON features; the geometries are JSON already."""
    import orjson
    import shapely

    written = shapely.to_geojson(layer.shapes[list(rows)])
    return [
        {
            "type": "Feature",
            "id": layer.ids[row],
            "geometry": None if shape is None else orjson.Fragment(shape),
            "properties": layer.properties[row],
        }
        for row, shape in zip(rows, written, strict=True)
    ]


def _link(rel: str, href: str, media_type: str, title: str) -> dict[str, str]:
    return {"rel": rel, "href": href, "type": media_type, "title": title, "hreflang": "fr"}


def _instant(day: date | None, hour: str) -> str | None:
    return f"{day.isoformat()}T{hour}Z" if day else None
