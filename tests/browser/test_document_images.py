"""The pictures of the documents: each is shown somewhere, and is what its script draws."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from shown import DOCUMENTS, REPOSITORY

IMAGES = REPOSITORY / "docs" / "images"
PICTURE = re.compile(r"!\[[^\]]+\]\(([^)\s]+\.png)\)")
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


@pytest.mark.browser
@pytest.mark.needs("pdftotext")  # and pdftoppm, which comes with it
def test_every_picture_is_what_its_script_draws(tmp_path):
    ran = subprocess.run(
        [sys.executable, str(IMAGES / "make.py"), "--into", str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    drawn = {path.name for path in tmp_path.glob("*.png")}
    assert drawn == {path.name for path in IMAGES.glob("*.png")}
    assert {name: apart(tmp_path / name, IMAGES / name) for name in drawn} == dict.fromkeys(drawn, False)


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
