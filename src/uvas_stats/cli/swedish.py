"""Typer's own words in Swedish: help pages and messages about wrong usage."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

__all__ = ["SwedishCommand", "SwedishGroup", "asks_for_help", "command_word", "usage_message"]

_WORDS = {
    "Usage:": "Användning:",
    "[OPTIONS]": "[FLAGGOR]",
    "COMMAND [ARGS]...": "KOMMANDO ...",
    "\nOptions:": "\nFlaggor:",
    "\nCommands:": "\nKommandon:",
    "\nArguments:": "\nArgument:",
    "Show this message and exit.": "Visa den här hjälpen.",
    "[required]": "[krävs]",
    "[default:": "[annars:",
}


def _swedish(text: str) -> str:
    for english, swedish in _WORDS.items():
        text = text.replace(english, swedish)
    return text


class SwedishCommand(TyperCommand):
    """A command whose help page is in Swedish, and that drops no word in silence."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words of a call; an option that takes one value is given once."""
        _, _, given = self.make_parser(ctx).parse_args(args=list(args))
        for param in given:
            single = param.param_type_name == "option" and not (param.multiple or getattr(param, "is_flag", False))
            if single and given.count(param) > 1:
                raise typer.BadParameter(f"{param.opts[0]} kan bara anges en gång")
        return super().parse_args(ctx, args)

    def get_help(self, ctx: Any) -> str:
        """Return the help page."""
        return _swedish(super().get_help(ctx))


class SwedishGroup(TyperGroup):
    """A group of commands whose help page is in Swedish."""

    def get_help(self, ctx: Any) -> str:
        """Return the help page."""
        return _swedish(super().get_help(ctx))


def asks_for_help(error: TyperException) -> bool:
    """Tell whether the error is only that nothing was asked for, so that its message is the help page."""
    return type(error).__name__ == "NoArgsIsHelpError"


def command_word(text: object) -> str:
    """Write a word of a command that can be copied to a shell: in quotation marks where it has a space.

    Examples
    --------
    >>> print(command_word("demo/kaa.csv"), command_word("Mina filer/kaa.csv"))
    demo/kaa.csv "Mina filer/kaa.csv"
    """
    word = str(text)
    return f'"{word}"' if any(char.isspace() or char in "&()'" for char in word) else word


def usage_message(error: TyperException) -> str:
    """Say in Swedish what was wrong with the words of a call.

    The kinds of error are told apart by the attributes that they carry.
    """
    kind, option = type(error).__name__, getattr(error, "option_name", "")
    if kind == "NoSuchOption":
        return f"Flaggan {option} finns inte{_nearest(getattr(error, 'possibilities', None))}"
    if kind == "BadOptionUsage":
        return f"Flaggan {option} {'tar inget' if 'not take' in error.message else 'saknar'} värde"
    label = _label(error)
    if kind == "MissingParameter":
        return f"{label} saknas"
    return _wrong_word(error.message.rstrip("."), label)


def _label(error: TyperException) -> str:
    """Name the option or argument that an error is about, as the help page does."""
    param = getattr(error, "param", None)
    metavar = getattr(param, "metavar", None) or ""
    options = "/".join(getattr(param, "opts", None) or [])
    return metavar or options if getattr(param, "param_type_name", "") == "argument" else options or metavar


def _nearest(names: Iterable[str] | None) -> str:
    return f" (närmast: {', '.join(names)})" if names else ""


def _wrong_word(text: str, label: str) -> str:
    """Turn typer's own words about a word that is wrong to Swedish; the package's are Swedish as they are."""
    if "No such command" in text:
        wrong, *near = re.findall(r"'([^']*)'", text) or [""]
        return f"Kommandot {wrong} finns inte{_nearest(near)}"
    if "unexpected extra argument" in text:
        extra = text.partition(" (")[2].removesuffix(")")
        return f"För många argument: {extra} (skriv namn med mellanslag inom citattecken)"
    if " is not one of " in text:
        return f"{label} ska vara något av {text.rpartition(' is not one of ')[2].replace(chr(39), '')}"
    if "a valid integer" in text or "a valid number" in text:
        return f"{label} ska vara ett {'heltal' if 'integer' in text else 'tal'}"
    return text
