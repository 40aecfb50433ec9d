"""Help and usage errors of typer, in French."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

if TYPE_CHECKING:
    from collections.abc import Callable

# Typer carries its own click since 0.26 and uses the package before: this is the class in both.
UsageError: type[Exception] = typer.BadParameter.__mro__[1]

_HELP = "Afficher cette aide."


class FrenchCommand(TyperCommand):
    """A command whose --help is described in French."""

    def get_help_option(self, ctx: Any) -> Any:
        """The --help option, with its text in French."""
        return _in_french(super().get_help_option(ctx))


class FrenchGroup(TyperGroup):
    """A group of commands whose --help is described in French."""

    def get_help_option(self, ctx: Any) -> Any:
        """The --help option, with its text in French."""
        return _in_french(super().get_help_option(ctx))


def group(help_text: str) -> typer.Typer:
    """A French group of commands, without shell completion options nor variables in tracebacks."""
    return typer.Typer(
        cls=FrenchGroup,
        help=help_text,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )


def command(app: typer.Typer, name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a French command."""
    return app.command(name, cls=FrenchCommand)


def usage_sentence(error: Exception) -> str:
    """What is wrong with a command line, as one French sentence. Values are not repeated: one may be an address."""
    kind = type(error).__name__
    name = getattr(error, "option_name", None) or _parameter_name(error)
    sentences = {
        "NoSuchOption": f"Option inconnue : {name}",
        "NoSuchCommand": "Commande inconnue",
        "MissingParameter": f"Il manque {name}",
        "BadParameter": f"Valeur refusée pour {name}",
        "BadOptionUsage": f"L'option {name} demande une valeur",
        "NoArgsIsHelpError": str(error),
    }
    sentence = sentences.get(kind, "Commande mal formée")
    return sentence if kind == "NoArgsIsHelpError" else f"{sentence} : voir l'aide avec --help."


def _parameter_name(error: Exception) -> str:
    parameter = getattr(error, "param", None)
    if parameter is None:
        return "un argument"
    options = [option for option in parameter.opts if option.startswith("--")]
    return str(options[0] if options else parameter.metavar or str(parameter.name).upper())


def _in_french(option: Any) -> Any:
    if option is not None:
        option.help = _HELP
    return option
