"""The pictures of the documents: each is shown somewhere, and is what its script draws."""

from __future__ import annotations

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image
from shown import DOCUMENTS, REPOSITORY

IMAGES = REPOSITORY / "docs" / "images"
PICTURE = re.compile(r"!\[[^\]]+\]\(([^)\s]+\.png)\)")
OF_QGIS = "qgis-calais.png"
"""Drawn by QGIS itself, in `tests/slow/test_qgis.py`."""

SMALL = (320, 240)
TOLERANCE = 0.04
"""Mean difference allowed, as a share of the range: fonts and smoothing differ from one machine to the next."""


def test_every_picture_is_shown_and_there():
    shown = {
        (path.parent / target).resolve()
        for path in DOCUMENTS
        for target in PICTURE.findall(path.read_text(encoding="utf-8"))
    }
    assert shown >= set(IMAGES.glob("*.png"))
    assert [path for path in shown if not path.is_file()] == []


def _script() -> ModuleType:
    spec = spec_from_file_location("pictures", IMAGES / "make.py")
    assert spec is not None
    assert spec.loader is not None
    script = module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


SCRIPT = _script()


def test_every_picture_has_its_script():
    assert {path.name for path in IMAGES.glob("*.png")} == {*SCRIPT.FROM_FILES, SCRIPT.PAGE, OF_QGIS}


@pytest.mark.browser
@pytest.mark.needs("pdftotext")  # and pdftoppm, which comes with it
@pytest.mark.parametrize("name", SCRIPT.FROM_FILES)
def test_a_picture_is_what_its_script_draws(name, browser, tmp_path):
    SCRIPT.FROM_FILES[name](tmp_path, browser, tmp_path / name)
    assert not apart(tmp_path / name, IMAGES / name)


@pytest.mark.browser
def test_the_picture_of_the_page_is_what_its_script_draws(pack_url, browser, tmp_path):
    SCRIPT.draw_page(pack_url.rstrip("/"), browser, tmp_path / SCRIPT.PAGE)
    assert not apart(tmp_path / SCRIPT.PAGE, IMAGES / SCRIPT.PAGE)


def apart(drawn: Path, kept: Path) -> bool:
    """Whether two pictures differ in size, or in what they show."""
    with Image.open(drawn) as new, Image.open(kept) as old:
        if new.size != old.size:
            return True
        seen = [np.asarray(picture.convert("RGB").resize(SMALL), dtype=float) for picture in (new, old)]
    return float(np.abs(seen[0] - seen[1]).mean()) / 255 > TOLERANCE


def test_another_picture_would_be_found():
    page, sheet = IMAGES / "page.png", IMAGES / "releve.png"
    assert apart(page, sheet)
    assert not apart(page, page)
