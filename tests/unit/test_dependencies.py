"""What geoville is made of: licences that go with its own, and files that say it as it is."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location("dependances", REPOSITORY / "docs" / "dependances.py")
assert SPEC
assert SPEC.loader
dependances = importlib.util.module_from_spec(SPEC)
sys.modules[SPEC.name] = dependances
SPEC.loader.exec_module(dependances)


@pytest.fixture(scope="module")
def found() -> list:
    """What `make test` installs; `make lint` looks at the linters too."""
    return dependances.dependencies(dependances.TESTED)


def test_both_files_are_what_the_script_writes(found: list) -> None:
    stale = "python docs/dependances.py"
    seen, _, linters = dependances.LICENCES.read_text(encoding="utf-8").partition("\n## Ce qui sert seulement à relire")
    assert seen == dependances.licences_text(found), stale
    assert "| ruff |" in linters
    assert dependances.SBOM.read_text(encoding="utf-8") == dependances.sbom_text(found), stale


def test_every_licence_goes_with_ours(found: list) -> None:
    assert [item.name for item in found if not dependances.is_allowed(item.licence)] == []


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("GPL-3.0-only OR MIT", True),
        ("GPL-3.0-only", False),
        ("MIT AND AGPL-3.0-only", False),
        ("MIT AND (GPL-2.0-only OR Commons-Clause)", False),
        ("?", False),
    ],
)
def test_a_licence_that_would_bind_us_is_refused(expression: str, allowed: bool) -> None:
    assert dependances.is_allowed(expression) is allowed


def test_the_inventory_has_what_cyclonedx_asks() -> None:
    document = json.loads(dependances.SBOM.read_text(encoding="utf-8"))
    assert (document["bomFormat"], document["specVersion"], document["version"]) == ("CycloneDX", "1.5", 1)
    components = [document["metadata"]["component"], *document["components"]]
    for item in components:
        assert item["type"] in {"application", "library"}
        assert item["purl"] == item["bom-ref"] == f"pkg:pypi/{item['name']}@{item['version']}"
        assert item["licenses"][0]["expression"]
    references = [item["bom-ref"] for item in components]
    assert len(set(references)) == len(references)
    assert [item["ref"] for item in document["dependencies"]] == references
    assert {other for item in document["dependencies"] for other in item["dependsOn"]} <= set(references)


def test_every_component_is_reached_from_geoville() -> None:
    document = json.loads(dependances.SBOM.read_text(encoding="utf-8"))
    needs = {item["ref"]: item["dependsOn"] for item in document["dependencies"]}
    reached, waiting = set(), [document["metadata"]["component"]["bom-ref"]]
    while waiting:
        reference = waiting.pop()
        if reference not in reached:
            reached.add(reference)
            waiting += needs[reference]
    assert reached == set(needs)


def test_what_is_installed_agrees_with_itself() -> None:
    checked = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
