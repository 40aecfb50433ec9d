"""What commands print: one JSON document, or text and tables for people."""

from __future__ import annotations

import json
import math
import sys
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from geoville.cli.file_arguments import Destination


def print_json(document: Any) -> None:
    """Print one JSON document; what is not a number is null."""
    sys.stdout.write(json.dumps(_plain(document), ensure_ascii=False, indent=2, allow_nan=False) + "\n")


class Run(Protocol):
    """A computation that can be written to a file and told as plain values."""

    def write(self, path: Path) -> None:
        """Write the result and its provenance."""

    def document(self) -> dict[str, Any]:
        """What came out, as plain values."""


def deliver(run: Run, out: Destination, *, as_json: bool, in_words: Callable[[], None]) -> None:
    """Write a run, then print it: as one JSON document, or in words with the name of the file written."""
    with out.writing() as path:
        run.write(path)
    if as_json:
        print_json(run.document())
        return
    in_words()
    print_lines([f"Écrit : {out}"])


def print_lines(lines: Iterable[str]) -> None:
    """Print lines of text as they are: no markup is read in them."""
    for line in lines:
        sys.stdout.write(f"{line}\n")


def print_table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table that fits the terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*headers, header_style="bold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console(file=sys.stdout).print(table)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
