"""The requests that the documents show, in curl, Python and JavaScript, answer what is printed beside them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from shown import DOCUMENTS, REPOSITORY, Block, all_blocks, blocks, dialogues, name_of, promised

from geoville.api.settings import Settings

SHOWN_SERVER = "http://127.0.0.1:8765"
TOKEN = "un-jeton-de-seize-lettres"
API = "docs/api.md"
INTEGRATORS = "docs/integrer.md"
SETTING_ROW = re.compile(r"^\| .+ \| (.+) \| `GEOVILLE_(\w+)` \|$", re.MULTILINE)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")

CURL = [
    (name_of(path), command, shown)
    for path in DOCUMENTS
    for command, shown in dialogues(path)
    if command.startswith("curl ")
]


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """Folder that has the examples, where requests may write files."""
    shutil.copytree(REPOSITORY / "docs" / "exemples", tmp_path / "docs" / "exemples")
    return tmp_path


@pytest.fixture(scope="module")
def url(start_once) -> str:
    """One service for all: starting it takes longer than asking it."""
    return start_once(env={"GEOVILLE_ADMIN_TOKEN": TOKEN}).url


@pytest.mark.needs("curl")
def test_every_request_answers_as_printed(url, beside):
    check_curl(url, beside)


@pytest.mark.parametrize(
    ("language", "mark", "program"),
    [
        ("python", "#", [sys.executable, "-"]),
        pytest.param("javascript", "//", ["node", "--input-type=module", "-"], marks=pytest.mark.needs("node")),
    ],
    ids=["python", "javascript"],
)
def test_every_script_prints_what_it_says(url, beside, language, mark, program):
    check_script(language, mark, program, url, beside)


@pytest.mark.parametrize(
    ("language", "mark", "program"),
    [
        ("python", "#", [sys.executable, "-"]),
        pytest.param("javascript", "//", ["node", "--input-type=module", "-"], marks=pytest.mark.needs("node")),
        pytest.param("php", "//", ["php"], marks=pytest.mark.needs("php")),
    ],
    ids=["python", "javascript", "php"],
)
def test_what_a_service_writes_says_yes_no_or_to_be_checked(url, beside, language, mark, program):
    check_script(language, mark, program, url, beside, page=INTEGRATORS)


def check_curl(url: str, folder: Path) -> None:
    assert {"README.md", "docs/guide/8-service-http.md", API} <= {name for name, _, _ in CURL}
    for name, command, shown in CURL:
        asked = command.replace(SHOWN_SERVER, url).replace("curl ", "curl --fail-with-body ", 1)
        environment = {**os.environ, "GEOVILLE_ADMIN_TOKEN": TOKEN}
        ran = subprocess.run(asked, shell=True, capture_output=True, env=environment, check=False, cwd=folder)
        written = ran.stdout.decode("utf-8").strip()
        start, cut, _ = "\n".join(shown).strip().replace(SHOWN_SERVER, url).partition("…")
        assert written.startswith(start.strip()), (name, command)
        assert cut or written == start, (name, command)
        assert ran.returncode == (22 if '"title":"Demande incorrecte"' in start else 0), (name, command)


def check_script(language: str, mark: str, program: list[str], url: str, folder: Path, *, page: str = API) -> None:
    """Run the snippets of a page one after the other, as they are read, in one process."""
    shown = [block.text for block in blocks(REPOSITORY / page) if block.language == language]
    assert len(shown) > 4 or page != API
    script = "\n".join(_apart(text) if language == "javascript" else text for text in shown)
    ran = subprocess.run(
        program,
        input=script.replace(SHOWN_SERVER, url),
        capture_output=True,
        encoding="utf-8",
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    assert ran.returncode == 0, ran.stderr
    lines = [line for text in shown for line in promised(text, mark)]
    assert len(lines) > 2
    assert [line for line in lines if line not in ran.stdout.splitlines()] == []


def _apart(text: str) -> str:
    """A snippet of JavaScript whose names are its own; imports may stand in no block."""
    imports = re.findall(r"^import .*$", text, re.MULTILINE)
    return "\n".join([*imports, "{", re.sub(r"^import .*$", "", text, flags=re.MULTILINE), "}"])


def test_requests_are_shown_where_they_run():
    """Snippets that ask the service are on the page that this file runs."""
    asking = {block.document for block in all_blocks("javascript")}
    asking |= {block.document for block in all_blocks("python") if SHOWN_SERVER in block.text}
    assert asking == {API, INTEGRATORS}


def test_the_limits_shown_are_those_of_the_settings():
    rows = SETTING_ROW.findall((REPOSITORY / API).read_text(encoding="utf-8"))
    assert len(rows) > 5
    defaults = Settings.model_fields
    for value, variable in rows:
        number = 0 if value == "aucune" else int(re.sub(r"\D", "", value))
        assert defaults[variable.lower()].default == number, variable


def test_every_setting_is_in_the_guide():
    guide = (REPOSITORY / "docs" / "guide" / "8-service-http.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"^\| `GEOVILLE_(\w+)`", guide, re.MULTILINE))
    assert shown == {name.upper() for name in Settings.model_fields}


@pytest.fixture
def deployment() -> dict[str, Block]:
    """Blocks of the page on deployment, by language; the one that is not a dialogue where there are two."""
    return {block.language: block for block in blocks(REPOSITORY / "docs" / "deploiement-service.md")}


@pytest.mark.needs("curl")
def test_the_service_starts_with_the_settings_shown(start, deployment, tmp_path):
    shown = dict(line.split("=", 1) for line in deployment["sh"].text.splitlines())
    assert "GEOVILLE_ADMIN_TOKEN" in shown
    del shown["NUMBA_CACHE_DIR"]  # a new folder, where everything would be compiled again
    placed = {name: value.replace("/var/lib/geoville", str(tmp_path)) for name, value in shown.items()}
    service = start(env=placed)
    ran = subprocess.run(["curl", "-s", f"{service.url}/ready"], capture_output=True, encoding="utf-8", check=True)
    assert ran.stdout.startswith('{"status":"ready"')
