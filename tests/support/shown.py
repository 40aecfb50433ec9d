"""What the documents show: their fenced blocks, and the command lines in them with what is printed under each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
AT_THE_ROOT = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
DOCUMENTS = sorted([*(REPOSITORY / name for name in AT_THE_ROOT), *REPOSITORY.glob("docs/**/*.md")])
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
DIALOGUE = re.compile(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
SHELLS = {"console", "sh"}


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: where it is, the language that it says, its text without indentation."""

    document: str
    language: str
    text: str


def name_of(path: Path) -> str:
    """Path of a document from the root of the repository."""
    return path.relative_to(REPOSITORY).as_posix()


def blocks(path: Path) -> Iterator[Block]:
    """Fenced blocks of a document, in order."""
    for margin, language, text in FENCE.findall(path.read_text(encoding="utf-8")):
        yield Block(name_of(path), language, re.sub(f"^{margin}", "", text, flags=re.MULTILINE))


def all_blocks(*languages: str) -> list[Block]:
    """Blocks of every document, in some languages."""
    return [block for path in DOCUMENTS for block in blocks(path) if block.language in languages]


def dialogues(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Command lines of a document, each with the lines shown under it."""
    for block in blocks(path):
        if block.language in SHELLS:
            for command, printed in DIALOGUE.findall(block.text):
                yield command.removesuffix(" &"), printed.splitlines()


def promised(text: str, mark: str) -> list[str]:
    """What a snippet says that it prints: the comments after its calls that print on one line."""
    return re.findall(rf"^(?!\s*{mark}).*(?:print|console\.log)\(.*\);?\s+{mark} (.*)$", text, re.MULTILINE)
