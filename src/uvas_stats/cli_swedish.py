"""Typer's own words in Swedish: help pages and messages about wrong usage."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

__all__ = ["SwedishCommand", "SwedishGroup", "asks_for_help", "usage_message"]

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
    """A command whose help page is in Swedish."""

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


def usage_message(error: TyperException) -> str:
    """Say in Swedish what was wrong with the words of a call.

    The kinds of error are told apart by the attributes that they carry.
    """
    name = type(error).__name__
    param = getattr(error, "param", None)
    label = "/".join(getattr(param, "opts", []) or []) or getattr(param, "metavar", None) or ""
    if getattr(param, "param_type_name", "") == "argument":
        label = getattr(param, "metavar", None) or label
    if name == "NoSuchOption":
        return f"Flaggan {getattr(error, 'option_name', '')} finns inte"
    if name == "MissingParameter":
        return f"{label} saknas"
    if name == "BadOptionUsage":
        return f"Flaggan {getattr(error, 'option_name', '')} saknar värde"
    if " is not one of " in error.message:
        allowed = error.message.rpartition(" is not one of ")[2].replace("'", "").rstrip(".")
        return f"{label} ska vara något av {allowed}"
    if "No such command" in error.message:
        return f"Kommandot {error.message.split()[-1].rstrip('.').strip(chr(39))} finns inte"
    if "unexpected extra argument" in error.message:
        return f"För många argument: {error.message.rpartition('(')[2].rstrip(').')}"
    return error.message.rstrip(".")
