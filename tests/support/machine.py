"""What tests need that pip does not install: where it is on this machine, and the command that brings it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED_DATA = REPOSITORY.parent / "shared" / "data"
ADDOK_PYTHON = "GEOVILLE_ADDOK_PYTHON"
ADDOK_MODULES = "import addok, addok_fr, addok_france, gunicorn"
REQUIRED = "GEOVILLE_REQUIRE_ALL_TESTS"
"""Environment variable under which a test that lacks something fails."""


@dataclass(frozen=True)
class Need:
    """Something that a machine may lack.

    Parameters
    ----------
    what : its name, for people.
    is_here : whether this machine has it.
    how : what brings it, on Debian.
    """

    what: str
    is_here: Callable[[], bool]
    how: str

    def __str__(self) -> str:
        return f"no {self.what} here; to have it: {self.how}"


def chromium() -> str | None:
    """Path of a Chromium of this machine."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def nginx() -> str | None:
    """Path of nginx, which is often beside the programs of root."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def _has_postgis() -> bool:
    programs = list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    extension = list(Path("/usr/share/postgresql").glob("*/extension/postgis.control"))
    return bool(programs and extension and (os.geteuid() != 0 or shutil.which("setpriv")))  # initdb refuses root


def _has_addok() -> bool:
    python = os.environ.get(ADDOK_PYTHON, "")
    if not (shutil.which("redis-server") and python and shutil.which(python)):
        return False
    return subprocess.run([python, "-c", ADDOK_MODULES], capture_output=True, check=False).returncode == 0


def qgis_python() -> str | None:
    """A Python that has QGIS: that of Debian, not the one of the tests."""
    return next((path for path in ("/usr/bin/python3",) if _has_qgis(path)), None)


def _has_qgis(python: str) -> bool:
    if not shutil.which(python):
        return False
    return subprocess.run([python, "-c", "import qgis.core"], capture_output=True, check=False).returncode == 0


def _program(name: str, package: str) -> Need:
    return Need(name, lambda: shutil.which(name) is not None, f"apt-get install {package}")


NEEDS = {
    "realdata": Need("folder ../shared/data", SHARED_DATA.is_dir, "put it beside the repository (data/README.md)"),
    "browser": Need("Chromium", lambda: chromium() is not None, "apt-get install chromium fonts-dejavu-core"),
    "postgis": Need("PostgreSQL with PostGIS", _has_postgis, "apt-get install postgresql-15 postgresql-15-postgis-3"),
    "addok": Need("addok", _has_addok, f"apt-get install redis-server, and {ADDOK_PYTHON} (see .ci/run)"),
    "pdftotext": _program("pdftotext", "poppler-utils"),
    "node": _program("node", "nodejs"),
    "php": _program("php", "php-cli"),
    "java": _program("java", "default-jre-headless"),
    "nginx": Need("nginx", lambda: nginx() is not None, "apt-get install nginx-light"),
    "curl": _program("curl", "curl"),
    "openssl": _program("openssl", "openssl"),
    "qgis": Need("QGIS", lambda: qgis_python() is not None, "apt-get install python3-qgis qgis-providers"),
}
"""By the name of the marker or of the fixture that asks for it, or by what `@pytest.mark.needs(…)` says."""


@cache
def lacking(name: str) -> str:
    """What to say where this machine lacks a need; empty where it has it. Looked for once a process."""
    need = NEEDS[name]
    return "" if need.is_here() else str(need)
