"""Texts and plain numbers are read without pydantic, and become what typer makes of them."""

from __future__ import annotations

import math
from typing import Annotated

import pytest
import typer

from geoville.cli.typer_french import command

PLAIN = ["1.5", "-0.0", "007", "50.951234", "-1"]
OTHERWISE = ["1e3", " 1", "1_000", "nan", "+2", "1.", "0.1234567890123456789", "٣"]
"""Left to typer, which reads some of them and refuses others."""


def read(text: str, *, french: bool) -> list[object]:
    app, seen = typer.Typer(add_completion=False), []

    def ask(number: Annotated[float | None, typer.Option("--number")] = None, words: str = "") -> None:
        seen.extend([number, words])

    if french:
        command(app, "ask")(ask)
    else:
        app.command("ask")(ask)
    try:
        app(["--number", text, "--words", text], standalone_mode=False)
    except typer.BadParameter:
        return ["refused"]
    return seen


@pytest.mark.parametrize("text", PLAIN + OTHERWISE)
def test_a_value_is_what_typer_reads(text: str) -> None:
    ours, theirs = read(text, french=True), read(text, french=False)
    assert [repr(value) for value in ours] == [repr(value) for value in theirs]


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_number_is_that_number(text: str) -> None:
    number, words = read(text, french=True)
    assert math.isclose(number, float(text)), number
    assert words == text


def test_what_is_no_number_is_refused() -> None:
    assert read("abc", french=True) == ["refused"]
