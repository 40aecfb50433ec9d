"""The page that tells what was read of the law says what the data files say."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from geoville.eligibility.rules import all_rules
from geoville.law import generations, parameters
from geoville.law.parameters import read_law
from geoville.model import TextRead

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def writing() -> ModuleType:
    """The script that writes."""
    spec = importlib.util.spec_from_file_location("droit", REPOSITORY / "docs" / "droit.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_data_files_give(writing):
    assert writing.PAGE.read_text(encoding="utf-8") == writing.page(), "run: python docs/droit.py"


def test_every_text_is_on_the_page(writing):
    shown = writing.page()
    references = [rule.reference for rule in all_rules()]
    references += [value.reference for item in parameters().values() for value in item.values]
    references += [item.reference for item in generations()]
    assert [text for text in references if text not in shown] == []
    assert "2025-797" in shown
    assert "2024-806" in shown


@pytest.mark.parametrize("kind", ["read", "unread"])
def test_what_was_read_and_what_was_not_is_told_by_text(kind):
    entries = read_law("readings.yaml")[kind]
    assert entries
    for entry in entries:
        assert entry["text"]
        assert entry["open"] if kind == "unread" else TextRead(entry["reading"])
