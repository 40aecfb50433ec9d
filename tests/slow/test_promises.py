"""Each promise of the documents is kept by a test that fails once the code that keeps it is changed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from promises import MUTATIONS, NOT_BY_A_CHANGE, WITHOUT_ONE, Mutation

REPOSITORY = Path(__file__).resolve().parents[2]
DOCUMENTS = ("security.md", "confidentialite.md", "robustesse.md")
NAMED = re.compile(r"`(test_\w+\.py::test_\w+)`")
NOT_COPIED = (".git", ".venv", ".*_cache", ".hypothesis", "crashes")
FOUND = 1
"""Exit code of pytest where a test fails: anything else is not a test that caught a change."""


def named() -> set[str]:
    """Tests that the documents name."""
    return {test for name in DOCUMENTS for test in NAMED.findall((REPOSITORY / "docs" / name).read_text("utf-8"))}


def test_the_promises_that_no_change_was_held_against_are_counted_and_become_fewer():
    assert len(named() - {mutation.test for mutation in MUTATIONS} - NOT_BY_A_CHANGE.keys()) <= WITHOUT_ONE


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: f"{mutation.file} {mutation.test}")
def test_each_change_has_something_to_change(mutation: Mutation):
    assert mutation.old in (REPOSITORY / "geoville" / mutation.file).read_text(encoding="utf-8")
    file, _, name = mutation.test.partition("::")
    assert any(f"def {name}(" in path.read_text(encoding="utf-8") for path in (REPOSITORY / "tests").rglob(file))


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: f"{mutation.file} {mutation.test}")
def test_a_change_that_breaks_a_promise_is_caught(mutation: Mutation, tmp_path: Path):
    copy = tmp_path / "copy"  # of the tests too: they look for the repository where they lie
    shutil.copytree(REPOSITORY, copy, symlinks=True, ignore=shutil.ignore_patterns("__pycache__", *NOT_COPIED))
    changed = copy / "geoville" / mutation.file
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
        "120",
        "-m",
        "",
        "-k",
        name,
    ]
    done = subprocess.run(
        [*command, *(str(path.relative_to(REPOSITORY)) for path in holding)],
        cwd=copy, env={**os.environ, "PYTHONPATH": str(copy)}, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == FOUND, f"the change survived: {done.stdout[-2000:]}"
    assert " failed" in done.stdout, f"the test was not run: {done.stdout[-2000:]}"
    assert "Failed: Timeout" not in done.stdout, "a test that ends by its time has seen nothing"
