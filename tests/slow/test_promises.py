"""Each promise of the documents is kept by a test that fails once the code that keeps it is changed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from promises import MUTATIONS, WITHOUT_ONE, Mutation

REPOSITORY = Path(__file__).resolve().parents[2]
DOCUMENTS = ("security.md", "confidentialite.md", "robustesse.md")
NAMED = re.compile(r"`(test_\w+\.py::test_\w+)`")
FOUND = 1
"""Exit code of pytest where a test fails: anything else is not a test that caught a change."""


def named() -> set[str]:
    """Tests that the documents name."""
    return {test for name in DOCUMENTS for test in NAMED.findall((REPOSITORY / "docs" / name).read_text("utf-8"))}


def test_the_promises_that_no_change_was_held_against_are_counted_and_become_fewer():
    assert len(named() - {mutation.test for mutation in MUTATIONS}) <= WITHOUT_ONE


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: f"{mutation.file} {mutation.test}")
def test_each_change_has_something_to_change(mutation: Mutation):
    assert mutation.old in (REPOSITORY / "geoville" / mutation.file).read_text(encoding="utf-8")
    file, _, name = mutation.test.partition("::")
    assert any(f"def {name}(" in path.read_text(encoding="utf-8") for path in (REPOSITORY / "tests").rglob(file))


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: f"{mutation.file} {mutation.test}")
def test_a_change_that_breaks_a_promise_is_caught(mutation: Mutation, tmp_path: Path):
    for path in REPOSITORY.iterdir():
        if path.name not in {"geoville", ".git", ".venv"}:
            (tmp_path / path.name).symlink_to(path)
    shutil.copytree(REPOSITORY / "geoville", tmp_path / "geoville", ignore=shutil.ignore_patterns("__pycache__"))
    changed = tmp_path / "geoville" / mutation.file
    text = changed.read_text(encoding="utf-8")
    changed.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")
    file, _, name = mutation.test.partition("::")
    holding = [path for path in (REPOSITORY / "tests").rglob(file) if f"def {name}(" in path.read_text("utf-8")]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-p",
        "no:cacheprovider",
        "--timeout",
        "60",
        "-m",
        "",
        "-k",
        name,
    ]
    done = subprocess.run(
        [*command, *(str(path.relative_to(REPOSITORY)) for path in holding)],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path)}, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == FOUND, f"the change survived: {done.stdout[-2000:]}"
    assert f"Error: {name}" not in done.stdout
