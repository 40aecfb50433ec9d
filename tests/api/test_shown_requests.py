"""The curl lines of the documents, against a real server, answer what is printed under them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([REPOSITORY / "README.md", *REPOSITORY.glob("docs/guide/*.md")])
SHOWN_SERVER = "http://127.0.0.1:8765"
TOKEN = "un-jeton-de-seize-lettres"

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="signals"),
    pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not on this machine"),
]


def dialogues(text: str) -> list[tuple[str, str]]:
    """Each curl line with what is shown under it."""
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    return [
        found for block in blocks for found in re.findall(r"^\$ (curl .+)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
    ]


SHOWN = [(path.name, *found) for path in DOCUMENTS for found in dialogues(path.read_text(encoding="utf-8"))]


def test_every_curl_line_answers_as_printed(start):
    assert {"README.md", "8-service-http.md"} <= {name for name, _, _ in SHOWN}
    service = start(env={"GEOVILLE_ADMIN_TOKEN": TOKEN})
    for name, command, shown in SHOWN:
        asked = command.replace(SHOWN_SERVER, service.url)
        environment = {**os.environ, "GEOVILLE_ADMIN_TOKEN": TOKEN}
        ran = subprocess.run(asked, shell=True, capture_output=True, env=environment, check=True, cwd=REPOSITORY)
        written = ran.stdout.decode("utf-8").strip()
        promised = shown.strip().removesuffix("…").replace(SHOWN_SERVER, service.url)
        assert written.startswith(promised), (name, command)
        assert shown.strip().endswith("…") or written == promised, (name, command)
