"""What is declared about Skolverket's SIRIS exports: each report, its headings under all names they have had.

A heading is looked for by its declared names, never by its place, and a heading that is not declared is an error.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from uvas_stats.catalog.declared import DATA, read_declared
from uvas_stats.errors import CatalogError, UnknownNameError

__all__ = ["ROLES", "PartSum", "SirisColumn", "SirisReport", "load_siris_reports", "siris_report", "siris_reports"]

ROLES = (
    "region_name",
    "region_code",
    "lan_name",
    "lan_code",
    "organiser",
    "sex",
    "programme",
    "subject",
    "measure",
    "not_used",
)
_FORMS = ("grundskola", "gymnasieskola", "förskoleklass")
LEVELS = ("kommun", "lan", "riket")


@dataclass(frozen=True)
class SirisColumn:
    """A column of a report, or in a report over time one of its subjects (``Uppgift``)."""

    role: str = "measure"
    """One of :data:`ROLES`; ``not_used`` is a column that is known and left."""
    headings: tuple[str, ...] = ()
    """The names it has had; with a group row above, ``group | name``. In XML the names of elements."""
    words: tuple[str, ...] = ()
    """Where the exact name is not known: words that all stand in the heading of exactly one column."""
    measure: str = ""
    national: str = ""
    """Measure that holds the row ``Nationella program`` on its own, so that it can be ranked and drawn."""
    everyone: str = ""
    """The same for the row of all programmes, introduktionsprogram among them."""
    count: bool = False
    pupils: bool = False
    """Whether it is the number of pupils that shares of the row are of; ``~100`` needs it."""
    dot: str = "not_available"
    """What ``.`` means: ``true_zero`` in counts where Skolverket means none."""
    dash: str = "not_available"
    divisor: float = 1.0
    """What the number is divided by, where Skolverket writes kronor and the measure is in thousands."""
    optional: bool = False
    """Whether some years do not have it."""


@dataclass(frozen=True)
class PartSum:
    """Columns of a row that add up to another."""

    total: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class SirisReport:
    """A report of the export API."""

    id: str
    """pExportID; empty where only the title is known."""
    name: str
    """A short name of its own, used in file names."""
    dataset: str
    title_words: tuple[str, ...]
    """Words that the title must hold, in the API's list and in the file."""
    school_form: str
    """pVerkform: 11 grundskola, 21 gymnasieskola."""
    period_labels: tuple[str, ...]
    """What the preamble calls the period: ``Valt läsår``, ``Valt startläsår``, ``Avgångsläsår``, ``Valt år``."""
    columns: tuple[SirisColumn, ...] = ()
    year_offset: int = 0
    """Added to pAr it is the first year of the läsår: -1 where pAr is the spring."""
    level: str = "kommun"
    not_titled: tuple[str, ...] = ()
    first_year: int = 0
    """The first pAr to ask for."""
    series: bool = False
    """Years stand as columns, and one file holds them all."""
    sheets: str = ""
    """What the name of a sheet is where no column says it: ``organiser`` or ``programme``."""
    threshold: int = 0
    """Below how many pupils ``..`` is shown, where it is not the rule of the läsår and level."""
    sum_sex: bool = False
    """Flickor and pojkar add up to samtliga in the number of pupils."""
    sums: tuple[PartSum, ...] = ()
    subjects: tuple[SirisColumn, ...] = ()
    workbook: bool = False
    """Whether it is fetched as a workbook with a sheet for each programme; else as CSV."""
    others: tuple[str, ...] = ()
    """Words in the names of those that have rows without being kommuner, such as kommunalförbund."""
    fetched: bool = True
    """Whether ``uvas fetch`` asks for it."""

    @property
    def listed_words(self) -> tuple[str, ...]:
        """The words of the title in the API's list, which may leave out the school form."""
        return tuple(word for word in self.title_words if word not in _FORMS)

    @property
    def measures(self) -> tuple[SirisColumn, ...]:
        """The columns or subjects that hold figures."""
        return tuple(item for item in (*self.columns, *self.subjects) if item.role == "measure")


def _check(report: SirisReport, path: Path) -> None:
    for column in (*report.columns, *report.subjects):
        if column.role not in ROLES or (column.role == "measure") != bool(column.measure):
            raise CatalogError(
                f"{report.name}: kolumnen {column.headings or column.words} har fel roll eller saknar mått",
                where=path,
                todo=f"Välj en av {', '.join(ROLES)}",
            )
    if report.level not in LEVELS or report.sheets not in ("", "organiser", "programme"):
        raise CatalogError(f"{report.name}: level eller sheets är fel", where=path, todo=f"Välj {LEVELS}")


@cache
def load_siris_reports() -> dict[str, SirisReport]:
    """Read the declared reports by name; each gets the columns that all have in common.

    Examples
    --------
    >>> load_siris_reports()["behorighet"].id
    '53'
    """
    common = read_declared("siris_columns", SirisColumn)
    where = DATA / "siris_reports.toml"
    reports: dict[str, SirisReport] = {}
    for declared in read_declared("siris_reports", SirisReport):
        report = replace(declared, columns=(*common, *declared.columns))
        _check(report, where)
        if report.name in reports:
            raise CatalogError(f"Rapporten ”{report.name}” finns två gånger", where=where, todo="Byt namn på en")
        reports[report.name] = report
    return reports


def siris_report(text: str) -> SirisReport:
    """Find a report by its name or pExportID.

    Raises
    ------
    UnknownNameError
        With the names there are.

    Examples
    --------
    >>> siris_report("91").name
    'genomstromning'
    """
    for report in load_siris_reports().values():
        if text.casefold() in (report.name, report.id):
            return report
    raise UnknownNameError(
        f"Rapporten ”{text}” är inte deklarerad", todo=f"Välj en av: {', '.join(load_siris_reports())}"
    )


def siris_reports(dataset: str) -> tuple[SirisReport, ...]:
    """Return the reports of a dataset.

    Raises
    ------
    UnknownNameError
        If there is none.

    Examples
    --------
    >>> [report.id for report in siris_reports("siris_eligibility")]
    ['53']
    """
    reports = tuple(report for report in load_siris_reports().values() if report.dataset == dataset)
    if not reports:
        names = sorted({report.dataset for report in load_siris_reports().values()})
        raise UnknownNameError(
            f"Datamängden ”{dataset}” har inga rapporter i SIRIS", todo=f"Välj en av: {', '.join(names)}"
        )
    return reports
