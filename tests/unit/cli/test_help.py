"""Every help page is French, and none needs more than a moment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from geoville.cli.main import app, branch_of

ENGLISH = re.compile(
    r"Usage: |Commands|Arguments:|Options:|\brequired\b|\bdefault\b(?!-)|Show this|COMMAND\b|<\w+>|\bError\b"
)


def _paths(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, inner in getattr(command, "commands", {}).items():
        yield from _paths(inner, (*path, name))


COMMANDS = sorted(_paths(typer.main.get_command(app)))
GROUPS = sorted({path[:-1] for path in COMMANDS if path})


def test_the_commands_promised_are_there():
    promised = {"demo", "data list", "data add", "data remove", "lookup", "map", "serve"}
    promised |= {"action check", "action check-file", "attest", "data addresses build", "lookup-file", "rules"}
    promised |= {"perimeters candidates", "perimeters score"}
    assert promised <= {" ".join(command) for command in COMMANDS}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_help_page_is_french(geoville, command):
    shown = geoville(*command, "--help")
    assert shown.code == 0
    assert shown.err == ""
    assert shown.out.startswith(f"Usage : {' '.join(('geoville', *command))}")
    assert "Afficher cette aide." in shown.out
    assert ENGLISH.findall(shown.out) == []
    undescribed = re.compile(r"^  --[a-z-]+ *$", re.MULTILINE)
    assert undescribed.findall(shown.out) == []


@pytest.mark.parametrize("command", GROUPS, ids=" ".join)
def test_a_group_alone_shows_its_help(geoville, command):
    shown = geoville(*command)
    assert shown.code == 2
    assert "Commandes :" in shown.err
    assert shown.out == ""


@pytest.mark.parametrize("group", GROUPS, ids=" ".join)
def test_short_descriptions_are_whole_sentences_of_one_line(geoville, monkeypatch, group):
    monkeypatch.setenv("COLUMNS", "80")
    listed = geoville(*group, "--help").out.split("Commandes :\n")[1].splitlines()
    names = [line.split()[0] for line in listed]
    assert {(*group, name) for name in names} == {path for path in COMMANDS if path[:-1] == group and path}
    assert all(line.endswith(".") and not line.endswith("...") for line in listed), listed
    assert all(len(line) <= 80 for line in listed)


def test_the_version_is_printed(geoville):
    shown = geoville("--version")
    assert (shown.code, shown.out, shown.err) == (0, "geoville 0.1.0\n", "")


def test_a_command_line_makes_its_command_alone_and_as_the_whole_tree_does():
    whole = typer.main.get_command(app)
    for words in COMMANDS:
        found, made = typer.main.get_command(branch_of(app, list(words))), whole
        for rank, word in enumerate(words):
            assert list(found.commands) == [word], words[: rank + 1]
            found, made = found.commands[word], made.commands[word]
        assert [parameter.opts for parameter in found.params] == [parameter.opts for parameter in made.params]
        assert set(getattr(found, "commands", ())) == set(getattr(made, "commands", ()))


@pytest.mark.parametrize("words", [[], ["--help"], ["--version"], ["lookpu"], ["--on", "lookup"]])
def test_where_no_command_is_named_the_tree_is_whole(words):
    assert branch_of(app, words) is app
