"""Modules that documents, comments and programs written as text name are there: a move leaves no old address behind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
TEXTS = sorted(
    path
    for pattern in ("*.md", "Makefile", "docs/**/*.md", "docs/**/*.ipynb", "benchmarks/*", "data/*.md", "maps/*.toml",
                    "geoville/**/*.py", "geoville/**/*.yaml", "tests/**/*.py")
    for path in REPOSITORY.glob(pattern)
    if path.is_file()
)  # fmt: skip
IMPORTED = re.compile(r"(?:from|import) (geoville(?:\.\w+)+)")
NEVER = {"utils.py"}
"""Named to say that it is not there."""
PATH = re.compile(r"(?<![\w/.-])(?:geoville|tests|benchmarks|docs)/[\w/.-]*\w\.(?:py|yaml|toml|md)\b")
MODULE_IN_WORDS = re.compile(r"`((?:\w+/)*\w+\.py)(?::\d+)?`")


def _module_is_there(name: str) -> bool:
    """Whether a dotted name is a module, or a name of one."""
    inside = REPOSITORY.joinpath(*name.split("."))
    return inside.is_dir() or inside.with_suffix(".py").is_file() or name == "geoville.api.page"


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_modules_that_a_text_names_are_there(text: Path) -> None:
    content = text.read_text(encoding="utf-8")
    assert [name for name in IMPORTED.findall(content) if not _module_is_there(name)] == []
    assert [path for path in PATH.findall(content) if not (REPOSITORY / path).exists() and "<" not in path] == []


@pytest.mark.parametrize(
    "page", [path for path in TEXTS if path.suffix == ".md"], ids=lambda path: path.relative_to(REPOSITORY).as_posix()
)
def test_a_module_that_a_page_names_without_its_folder_is_somewhere(page: Path) -> None:
    known = [path.relative_to(REPOSITORY).as_posix() for path in TEXTS if path.suffix == ".py"]
    known += [path.relative_to(REPOSITORY).as_posix() for path in (REPOSITORY / "docs").rglob("*.py")]
    named = MODULE_IN_WORDS.findall(page.read_text(encoding="utf-8"))
    lost = [name for name in named if not any(f"/{path}".endswith(f"/{name}") for path in known)]
    assert [name for name in lost if name not in NEVER] == []
