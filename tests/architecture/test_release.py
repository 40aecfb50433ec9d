"""What a release says of its dependencies, and that it installs where nothing else is."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from geoville.extras import EXTRAS

REPOSITORY = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def bounds() -> ModuleType:
    """The script that prints lower bounds."""
    spec = importlib.util.spec_from_file_location("oldest", REPOSITORY / ".ci" / "oldest.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_dependency_of_users_has_a_lower_bound(bounds):
    printed = bounds.oldest(PROJECT)
    extras = [PROJECT["optional-dependencies"][name] for name in EXTRAS]
    assert tuple(EXTRAS) == bounds.FOR_USE
    assert len(printed) == len(PROJECT["dependencies"]) + sum(map(len, extras))
    assert all(">" not in line for line in printed)


def test_bounds_are_read_whatever_stands_around_them(bounds):
    project = {
        "dependencies": ["psycopg[binary]>=3.2", "folium>=0.20,<0.21"],
        "optional-dependencies": {"postgis": [], "s3": ["s3fs>=2024.6"]},
    }
    assert bounds.oldest(project) == ["folium==0.20", "psycopg==3.2", "s3fs==2024.6"]


def test_a_dependency_without_lower_bound_is_refused(bounds):
    with pytest.raises(SystemExit, match="No lower bound: rich"):
        bounds.oldest({"dependencies": ["rich"], "optional-dependencies": {"postgis": [], "s3": []}})


@pytest.mark.slow
def test_a_release_installs_and_answers_alone():
    """On pinned, oldest and newest dependencies, with this Python."""
    script = REPOSITORY / ".ci" / "release-check"
    subprocess.run([str(script), sys.executable], check=True, timeout=3600)
