"""What every test shares: where the real data are, and what may be skipped."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

# Speeds are measured in benchmarks: a slow machine fails no test.
settings.register_profile("geoville", deadline=None)
settings.load_profile("geoville")

REPOSITORY = Path(__file__).resolve().parents[1]
SHARED_DATA = REPOSITORY.parent / "shared" / "data"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, with a reason, what this machine cannot run; in CI nothing of it may be skipped."""
    if os.environ.get("GEOVILLE_REQUIRE_ALL_TESTS"):
        return
    missing = {
        "realdata": None if SHARED_DATA.is_dir() else "the folder ../shared/data is not on this machine",
        "browser": None if CHROMIUM else "Chromium is not on this machine",
    }
    for item in items:
        for marker, reason in missing.items():
            if reason and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True)
def _own_user_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the territory files that the user of this machine has added."""
    monkeypatch.setenv("GEOVILLE_DATA_DIR", str(tmp_path / "geoville-user-data"))
    monkeypatch.setenv("GEOVILLE_CACHE_DIR", str(tmp_path / "geoville-cache"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real open data beside the repository."""
    return SHARED_DATA
