"""Every test that the threat model names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = (REPOSITORY / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(test_\w+\.py)::(test_\w+)`", PAGE)))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_test_that_is_named_exists(file: str, name: str) -> None:
    found = [path.read_text(encoding="utf-8") for path in (REPOSITORY / "tests").rglob(file)]
    assert any(re.search(rf"def {name}\(", text) for text in found)


def test_every_threat_names_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| Menace")]
    assert len(rows) > 25
    assert [row for row in rows if "`test_" not in row] == []
