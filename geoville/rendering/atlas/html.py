"""An atlas as pages that open from a disk: one per perimeter, and an index; links are relative, nothing is fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoville.rendering.assets import own_text, style_tag
from geoville.rendering.figure import page_text
from geoville.rendering.panel import ESTIMATE_WARNING

if TYPE_CHECKING:
    from geoville.rendering.atlas.spec import AtlasSpec

INDEX, INTERACTIVE, PRINTED = "index.html", "carte.html", "atlas.pdf"
"""Names of the files beside the pages of the entries."""
OVERVIEW = "ensemble"
"""Key of the map of the whole, which no perimeter has."""


def picture_name(key: str) -> str:
    """Name of the map of an entry, from the folder of the atlas."""
    return f"planches/{key}.svg"


def index_page(atlas: AtlasSpec) -> str:
    """Write the index; the same atlas always gives the same text."""
    return page_text(
        "atlas/index.html",
        atlas=atlas,
        spec=atlas.overview,
        title=atlas.title,
        subtitle=atlas.overview.subtitle,
        picture=picture_name(OVERVIEW),
        style=style_tag(own_text("atlas/atlas.css")),
        warning=ESTIMATE_WARNING,
    )


def entry_page(atlas: AtlasSpec, rank: int) -> str:
    """Write the page of an entry, with links to its neighbours; texts are escaped."""
    entry = atlas.entries[rank]
    return page_text(
        "atlas/page.html",
        entry=entry,
        spec=entry.spec,
        before=atlas.entries[rank - 1] if rank else None,
        after=atlas.entries[rank + 1] if rank + 1 < len(atlas.entries) else None,
        title=entry.spec.title,
        subtitle=entry.spec.subtitle,
        picture=picture_name(entry.key),
        style=style_tag(own_text("atlas/atlas.css")),
        warning=ESTIMATE_WARNING,
    )
