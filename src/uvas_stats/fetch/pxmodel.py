"""What a PxWeb table is, whichever version of the protocol it was read through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from uvas_stats.errors import FetchError
from uvas_stats.fetch.http import Answer
from uvas_stats.formats.jsonstat import has_noise

__all__ = ["CodeList", "Data", "Query", "Table", "TableHit", "Variable"]


@dataclass(frozen=True)
class CodeList:
    """A list of codes that can take the place of a variable's own."""

    id: str
    label: str
    codes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Variable:
    """A dimension of a table."""

    code: str
    label: str
    codes: tuple[str, ...]
    labels: tuple[str, ...]
    elimination: bool
    time: bool = False
    metric: bool = False
    units: Mapping[str, str] = field(default_factory=dict)
    codelists: tuple[CodeList, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table's metadata."""

    id: str
    """The id in version 2, the path after the database in version 1."""
    title: str
    updated: str
    """As the service says it; empty where it does not."""
    variables: tuple[Variable, ...]
    notes: tuple[str, ...] = ()
    source: str = ""
    discontinued: bool = False
    raw: bytes = b""
    """The metadata as it was answered."""

    def variable(self, code: str) -> Variable:
        """Find a variable by code, whatever the case.

        Raises
        ------
        FetchError
            With the codes that exist.
        """
        for variable in self.variables:
            if variable.code.casefold() == code.casefold():
                return variable
        raise FetchError(
            f"Variabeln ”{code}” finns inte i tabellen",
            where=self.id,
            todo=f"Variablerna är {', '.join(item.code for item in self.variables)}",
        )

    @property
    def noise(self) -> bool:
        """Whether the notes say that cells carry noise."""
        return has_noise(self.notes)


@dataclass(frozen=True)
class TableHit:
    """A table found by searching."""

    id: str
    title: str
    updated: str
    first_period: str = ""
    last_period: str = ""
    variables: tuple[str, ...] = ()
    discontinued: bool = False


@dataclass(frozen=True)
class Data:
    """A verified data answer."""

    answer: Answer
    updated: str
    """When the table was updated, as this answer says it; empty where it does not."""


@dataclass(frozen=True)
class Query:
    """One call for data: explicit codes for each variable that is asked for."""

    codes: Mapping[str, tuple[str, ...]]
    codelists: Mapping[str, str] = field(default_factory=dict)

    @property
    def cells(self) -> int:
        """The number of cells it will return."""
        product = 1
        for codes in self.codes.values():
            product *= len(codes)
        return product
