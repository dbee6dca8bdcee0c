"""The one family of errors: every message says what is wrong, where, and what to do, in Swedish."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = [
    "CatalogError",
    "DisclosureError",
    "FetchError",
    "IndicatorError",
    "ObservationError",
    "RawFileError",
    "RegisterError",
    "ReportError",
    "UnknownNameError",
    "UvasStatsError",
    "WorkspaceError",
]

_LINE_BREAKING = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]+")
_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_LONGEST = 500


def visible(text: str) -> str:
    r"""Take out what would steer a terminal or turn the reading direction; line breaks and tabs stay.

    Examples
    --------
    >>> visible("Rad 1\nRöd \x1b[31mtext\r")
    'Rad 1\nRöd [31mtext'
    """
    return _STEERING.sub("", text)


def unbroken(text: object) -> str:
    """Take out what would break a line, colour a terminal or turn the reading direction."""
    return _LINE_BREAKING.sub(" ", str(text)).strip()


def one_line(text: object) -> str:
    """Make one line of a text, as :func:`unbroken` does, and cut what never ends."""
    line = unbroken(text)
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


class UvasStatsError(Exception):
    """Root of all errors that the package raises on purpose.

    Parameters
    ----------
    what
        What is wrong, in Swedish, without a full stop. Line breaks and control characters become spaces, so
        that the message is one line whatever name or file content it quotes.
    where
        The place: file, sheet, cell, table id or key.
    todo
        What the user can do about it.
    command
        The command that does it; it stands last in ``todo``, after a colon.
    cause
        Why it is so, as a sentence without a full stop.

    Examples
    --------
    >>> print(UvasStatsError("Kontrollsumman stämmer inte", where="data/raw/a.csv", todo="Hämta filen igen"))
    Kontrollsumman stämmer inte (data/raw/a.csv). Hämta filen igen.
    >>> print(IndicatorError("Uppgifter om KAA saknas", todo="Hämta dem med", command="uvas fetch kaa"))
    Uppgifter om KAA saknas. Hämta dem med: uvas fetch kaa.
    """

    def __init__(
        self, what: str, *, where: object = None, todo: str | None = None, command: str = "", cause: str = ""
    ) -> None:
        self.what = one_line(what)
        self.where = None if where is None else one_line(where)
        self.todo = None if todo is None else one_line(f"{todo}: {command}" if command else todo)
        self.command, self.cause = command, one_line(cause)
        place = f" ({self.where})" if self.where else ""
        advice = f" {self.todo.rstrip('.')}{'' if self.todo.endswith('?') else '.'}" if self.todo else ""
        super().__init__(f"{self.reason.rstrip('.')}{place}.{advice}")

    @property
    def reason(self) -> str:
        """What is wrong and its cause, without where it is and what to do about it."""
        return f"{self.what}. {self.cause}" if self.cause else self.what

    def __reduce__(self) -> tuple[Any, ...]:
        """Let an error cross from one process to another with its parts."""
        advice = (self.todo or "").removesuffix(f": {self.command}") if self.command else self.todo
        return _rebuild, (type(self), self.what, self.where, advice, self.command, self.cause)


def _rebuild(
    kind: type[UvasStatsError], what: str, where: str | None, todo: str | None, command: str, cause: str
) -> UvasStatsError:
    return kind(what, where=where, todo=todo, command=command, cause=cause)


class CatalogError(UvasStatsError):
    """A file of the catalog, or of the user's own programmes or groups, is wrong."""


class UnknownNameError(UvasStatsError):
    """A programme, kommun, measure, group or period that does not exist was asked for."""


class ObservationError(UvasStatsError):
    """A table breaks the tidy contract or a processed file cannot be read."""


class WorkspaceError(UvasStatsError):
    """A folder or file of the workspace cannot be read or written."""


class RawFileError(UvasStatsError):
    """A raw file is missing, damaged, or not what its origin.toml or reader expects."""


class FetchError(UvasStatsError):
    """A source did not answer, refused, or answered something else than was asked for."""

    body: bytes = b""
    """What it answered instead, where that is worth keeping."""


class IndicatorError(UvasStatsError):
    """A figure cannot be computed from what is known; the reason is in the message."""


class DisclosureError(UvasStatsError):
    """Counts of persons cannot be let out: they would give somebody away, or their tables do not add up."""


class ReportError(UvasStatsError):
    """A report, a template or an export cannot be made."""


class RegisterError(UvasStatsError):
    """A register of persons cannot be read or counted; the message never quotes what stands in it."""


@contextmanager
def door(refusal: UvasStatsError) -> Iterator[None]:
    """Turn whatever the block raises of what came from outside into one error, without any of its content.

    Parameters
    ----------
    refusal
        What is raised; kind and place of the fault are added, so that it can be reported.

    Raises
    ------
    UvasStatsError
        Those of the block as they are, and the refusal for anything else: a panic of a decoder, which is no
        Exception, too deep nesting and lack of memory included.

    Examples
    --------
    >>> with door(FetchError("Svaret har en annan form än väntat", todo="Kör igen senare")):
    ...     {"värden": 5}["values"]
    Traceback (most recent call last):
    uvas_stats.errors.FetchError: Svaret har en annan form än väntat. KeyError i <doctest ...> rad 2. ...
    """
    try:
        yield
    except (UvasStatsError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        frames = traceback.extract_tb(error.__traceback__, limit=-40)
        own = [frame for frame in frames if "uvas_stats" in frame.filename] or frames
        cause = f"{type(error).__name__} i {Path(own[-1].filename).name} rad {own[-1].lineno}"
        raise type(refusal)(refusal.what, where=refusal.where, todo=refusal.todo, cause=cause) from error
