"""typer in French: groups, commands, groups of options, errors of usage."""

from __future__ import annotations

import inspect
import re
from dataclasses import MISSING, fields, is_dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, get_type_hints

import typer
from typer.core import TyperCommand, TyperGroup

from geoville import french
from geoville.cli.files import read_as, taking_addresses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


_QUOTED = re.compile(r"'([^']+)'")
_SEE_HELP = "voir l'aide avec --help"


# --- Options that several commands share, declared once as the fields of a dataclass


def ungrouped(function: Callable[..., None]) -> Callable[..., None]:
    """A command as typer reads it: a parameter that is a dataclass is replaced by the options that are its fields.

    Parameters
    ----------
    function : its parameters, and the fields of their dataclasses, are all `Annotated` with what typer needs.
    """
    hints = get_type_hints(function, include_extras=True)
    groups = {name: hint for name, hint in hints.items() if _is_group(hint)}
    if not groups:
        return function

    def run(**given: Any) -> None:
        made = {
            name: group(**{field.name: given.pop(field.name) for field in fields(group)})
            for name, group in groups.items()
        }
        function(**given, **made)

    parameters = [
        shown
        for parameter in inspect.signature(function).parameters.values()
        for shown in _shown(parameter, hints[parameter.name])
    ]
    return read_as(run, parameters, function)


def _is_group(hint: Any) -> bool:
    return is_dataclass(hint)


def _shown(parameter: inspect.Parameter, hint: Any) -> Iterator[inspect.Parameter]:
    """What typer sees for a parameter; by keyword, since an option with a default may come before one without."""
    keyword = inspect.Parameter.KEYWORD_ONLY
    if not _is_group(hint):
        yield inspect.Parameter(parameter.name, keyword, default=parameter.default, annotation=hint)
        return
    hints = get_type_hints(hint, include_extras=True)
    for field in fields(hint):
        default = inspect.Parameter.empty if field.default is MISSING else field.default
        yield inspect.Parameter(field.name, keyword, default=default, annotation=hints[field.name])


class _Shown:
    """A command as typer reads it, made when it is: of some forty, one is asked for."""

    def __init__(self, function: Callable[..., None]) -> None:
        self._function = function
        self.__name__, self.__doc__, self.__module__ = function.__name__, function.__doc__, function.__module__

    @cached_property
    def _made(self) -> Callable[..., None]:
        return taking_addresses(ungrouped(self._function))

    @property
    def __signature__(self) -> inspect.Signature:
        return inspect.signature(self._made)

    @property
    def __annotations__(self) -> dict[str, Any]:  # type: ignore[override]
        return self._made.__annotations__

    def __call__(self, **given: Any) -> None:
        """Run the command."""
        self._made(**given)


# Typer carries its own click since 0.26 and uses the package before: this is the class in both.
UsageError: type[Exception] = typer.BadParameter.__mro__[1]


class TooFewValuesError(typer.BadParameter):
    """An option that takes several values has less: the next option would be read as one of them."""

    def __init__(self, option: str, values: int, metavar: str) -> None:
        super().__init__(option)
        self.option_name, self.values, self.metavar = option, values, metavar


class GivenTwiceError(typer.BadParameter):
    """An option that takes one value is given several times: all but the last would be dropped, and not said."""

    def __init__(self, option: str) -> None:
        super().__init__(option)
        self.option_name = option


_HELP = "Afficher cette aide."

_FRENCH = (
    (re.compile(r"^Usage: ", re.MULTILINE), "Usage : "),
    (re.compile(r"^(Arguments|Options):$", re.MULTILINE), r"\1 :"),
    (re.compile(r"^Commands:$", re.MULTILINE), "Commandes :"),
    (re.compile(r"\[default:"), "[défaut :"),
    (re.compile(r"\brequired\]"), "obligatoire]"),
    (re.compile(r"\{(\w+)\}"), r"\1"),
    (
        re.compile(r"<(str|list\[str\])>"),
        lambda found: " " * len(found[0]),
    ),  # types mean nothing to users; columns stay aligned
)

_OPTION_NAME = re.compile(r"--?[a-z-]+")


_DECIMAL = re.compile(r"-?\d{1,9}(\.\d{1,15})?", re.ASCII)


class _AsTyped:
    """What a parameter makes of its value: a text and a plain number are taken as typed, what is absent is absent.

    typer (0.29, not yet 0.26) has pydantic make every value, a text too: importing it takes an eighth of an answer.

    Parameters
    ----------
    otherwise : gives typer's own way, for any other value.
    """

    def __init__(self, otherwise: Callable[[], Any]) -> None:
        self._otherwise = otherwise

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Value of a parameter, as typer asks for it."""
        is_list = param.multiple or param.nargs == -1
        if value is None:
            return () if is_list else None
        described, info = param.type_descriptor, param.type_descriptor.parameter_info
        if isinstance(value, str) and info.parser is None and not is_list:
            if described.annotation is str:
                return value
            if described.annotation is float and (info.min, info.max) == (None, None) and _DECIMAL.fullmatch(value):
                return float(value)
        return self._otherwise().coerce(value, param=param, ctx=ctx)


def _spare_pydantic(parameter: Any) -> None:
    own = getattr(parameter, "get_runtime_param", None)
    if own is not None:  # not with click's types, which typer had before
        vars(parameter)["get_runtime_param"] = partial(_AsTyped, own)


_ADDRESS = "ADRESSE"
"""What an argument that is an address is called in the help."""

_NO_MORE_OPTIONS = "--"


class FrenchCommand(TyperCommand):
    """A command whose --help is in French."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        for parameter in self.params:
            _spare_pydantic(parameter)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what was typed; nothing of it is taken for something else, nor dropped.

        An option of several values takes no other option as one of its own; one that is not repeatable is given once.
        """
        typed = args[: args.index(_NO_MORE_OPTIONS)] if _NO_MORE_OPTIONS in args else args
        known = {name for parameter in self.params for name in parameter.opts if name.startswith("-")}
        for parameter in self.params:
            for name in {*parameter.opts} & {*typed} if parameter.nargs > 1 else ():
                first = typed.index(name) + 1
                values = typed[first : first + parameter.nargs]
                if len(values) < parameter.nargs or not known.isdisjoint(values):
                    raise TooFewValuesError(name, parameter.nargs, str(parameter.metavar or ""))
        _, _, given = self.make_parser(ctx).parse_args(args=list(args))
        for parameter in self.params:
            if given.count(parameter) > 1 and not (parameter.multiple or getattr(parameter, "is_flag", False)):
                raise GivenTwiceError(parameter.opts[0])
        return list(super().parse_args(ctx, args))

    def get_help(self, ctx: Any) -> str:
        """The help page, with what typer writes of its own in French."""
        return _translated(super().get_help(ctx))

    def get_help_option(self, ctx: Any) -> Any:
        """The --help option, with its text in French."""
        return _in_french(super().get_help_option(ctx))


class FrenchGroup(TyperGroup):
    """A group of commands whose --help is in French."""

    def get_help(self, ctx: Any) -> str:
        """The help page, with what typer writes of its own in French."""
        return _translated(super().get_help(ctx))

    def get_help_option(self, ctx: Any) -> Any:
        """The --help option, with its text in French."""
        return _in_french(super().get_help_option(ctx))


def group(help_text: str) -> typer.Typer:
    """A French group of commands, without shell completion options nor variables in tracebacks."""
    return typer.Typer(
        cls=FrenchGroup,
        help=help_text,
        subcommand_metavar="COMMANDE [ARGUMENTS]...",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )


def command(app: typer.Typer, name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a French command, which may take groups of options, and files by address."""
    register = app.command(name, cls=FrenchCommand)

    def registered(function: Callable[..., None]) -> Callable[..., None]:
        register(_Shown(function))
        return function

    return registered


def usage_sentence(error: Exception) -> str:
    """What is wrong with a command line, as one French sentence. Values are not repeated: one may be an address."""
    kind = type(error).__name__
    if kind == "NoArgsIsHelpError":
        return str(error)
    if isinstance(error, TooFewValuesError):
        return f"Il manque une valeur à {error.option_name} : en donner {error.values} ({error.metavar})."
    if isinstance(error, GivenTwiceError):
        return f"L'option {error.option_name} est donnée plusieurs fois : ne la donner qu'une."
    name = _name(error)
    sentences = {
        "NoSuchOption": f"Option inconnue{_quoted(name)}",
        "MissingParameter": f"Il manque {name}",
        "BadParameter": f"Valeur refusée pour {name}",
        "BadOptionUsage": f"Valeur absente ou de trop pour l'option {name}",
        "UsageError": _words_left_over(error),
    }
    advice = _expected(error) if kind == "BadParameter" else ""
    return f"{sentences.get(kind, 'Commande mal formée')} : {advice or _SEE_HELP}."


def _expected(error: Exception) -> str:
    """What the value of an option is to be, from the fault that pydantic found; empty where none says it shortly."""
    faults: list[dict[str, Any]] = getattr(error.__cause__, "errors", list)()
    fault: dict[str, Any] = faults[0] if faults else {"type": "", "msg": ""}
    bounds = {
        name: value if isinstance(value, int) else french.number(value, 2)
        for name, value in fault.get("ctx", {}).items()
        if name in {"ge", "le"}
    }
    _, choice, known = fault["msg"].rpartition(" is not one of ")
    if choice:
        return f"choisir parmi {', '.join(_QUOTED.findall(known))}"
    said = {
        "float": "écrire un nombre, avec un point pour les décimales",
        "int": "écrire un nombre entier",
        "greater_than_equal": f"{bounds.get('ge')} au moins",
        "less_than_equal": f"{bounds.get('le')} au plus",
    }
    return said.get(fault["type"], said.get(fault["type"].partition("_")[0], ""))


def _words_left_over(error: Exception) -> str:
    """A word that stands where no command and no argument is expected."""
    asked = getattr(error, "cmd", None)
    if isinstance(asked, TyperGroup):
        return "Commande inconnue ou absente"
    takes_an_address = any(
        parameter.param_type_name == "argument" and parameter.metavar == _ADDRESS
        for parameter in getattr(asked, "params", ())
    )
    return "Trop de mots (une adresse s'écrit entre guillemets)" if takes_an_address else "Trop de mots"


def _name(error: Exception) -> str:
    """Name of the option or argument at fault; empty for what is not the name of an option: it may be an address."""
    typed = getattr(error, "option_name", None)
    if typed is not None:
        return str(typed) if _OPTION_NAME.fullmatch(str(typed)) else ""
    parameter = getattr(error, "param", None)
    if parameter is None:
        return "un argument"
    options = [option for option in parameter.opts if option.startswith("--")]
    return str(options[0] if options else parameter.metavar or str(parameter.name).upper())


def _quoted(name: str) -> str:
    return f" « {name} »" if name else ""


def _translated(help_text: str) -> str:
    for english, ours in _FRENCH:
        help_text = english.sub(ours, help_text)
    return help_text


def _in_french(option: Any) -> Any:
    if option is not None:
        option.help = _HELP
        _spare_pydantic(option)
    return option
