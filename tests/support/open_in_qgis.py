"""Open a project in QGIS, tell what it holds as JSON, and print its page: run by the Python that has QGIS."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qgis.core import QgsProject


def rules_of(renderer: object) -> list[str]:
    """Labels of the rules that draw a layer; none where QGIS draws it its own way."""
    root = getattr(renderer, "rootRule", None)
    return [rule.label() for rule in root().children()] if root else []


def told(project: QgsProject, picture: str) -> dict[str, object]:
    from qgis.core import QgsLayoutExporter

    layers = []
    for layer in project.mapLayers().values():
        node = project.layerTreeRoot().findLayer(layer.id())
        layers.append(
            {
                "name": layer.name(),
                "valid": layer.isValid(),
                "features": layer.featureCount(),
                "crs": layer.crs().authid(),
                "aliases": {field.name(): field.alias() for field in layer.fields()},
                "rules": rules_of(layer.renderer()),
                "in_tree": node is not None,
                "shown": bool(node and node.isVisible()),
                "source": layer.source(),
            }
        )
    (layout,) = project.layoutManager().printLayouts()
    settings = QgsLayoutExporter.ImageExportSettings()
    settings.dpi = 100
    written = QgsLayoutExporter(layout).exportToImage(picture, settings)
    return {
        "title": project.title(),
        "crs": project.crs().authid(),
        "groups": [group.name() for group in project.layerTreeRoot().findGroups()],
        "layers": layers,
        "layout": layout.name(),
        "exported": int(written) == 0,
    }


def main() -> None:
    from qgis.core import QgsApplication, QgsProject

    path, picture, out = sys.argv[1:]
    app = QgsApplication([], False)
    app.initQgis()
    project = QgsProject.instance()
    opened = project.read(path)
    Path(out).write_text(json.dumps({"opened": opened, **told(project, picture)}), encoding="utf-8")
    app.exitQgis()


if __name__ == "__main__":
    main()
