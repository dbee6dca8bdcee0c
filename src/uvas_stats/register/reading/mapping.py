"""The mapping file: their columns to our fields, their codes to our categories, and how dates are written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from uvas_stats.catalog.names import fold, plain_text
from uvas_stats.catalog.toml import read_toml
from uvas_stats.errors import CatalogError, RegisterError
from uvas_stats.register.fields import CATEGORIES, KINDS, UNKNOWN, fields_of, required_of
from uvas_stats.register.reading.dates import DATE_FORMATS
from uvas_stats.register.reading.identity import TEMPORARY_LETTERS

__all__ = ["Mapping", "mapping_text", "one_line", "read_mapping"]

_KEYS = {"kind", "kommun", "sheet", "date_formats", "no_date", "temporary_numbers", "temporary_letters",
         "largest_bad_share", "columns", "codes"}  # fmt: skip
TEMPORARY = ("", "leave_out", "count")


@dataclass(frozen=True)
class Mapping:
    """How one case system's export is read.

    Examples
    --------
    >>> mapping = Mapping("kaa", {"personnummer": "Pnr", "registered": "In"}, {"schooling": {"IM": "im"}})
    >>> mapping.category("schooling", " im "), mapping.category("schooling", "annat")
    ('im', None)
    """

    kind: str
    columns: MappingType[str, str]
    """Field to heading."""
    codes: MappingType[str, MappingType[str, str]] = field(default_factory=dict)
    """Field to their code to our category."""
    date_formats: tuple[str, ...] = ("%Y-%m-%d",)
    kommun: str = ""
    """The kommun of the whole file, where no column tells it."""
    sheet: str = ""
    no_date: tuple[str, ...] = ()
    """What stands in a column of dates where there is none, such as a dash."""
    temporary_numbers: str = ""
    """What of rows with temporary numbers: ``leave_out``, ``count`` in a list, or, if empty, a fault."""
    largest_bad_share: float = 0.02
    """The largest share of the rows that may be left out; with more, nothing is counted."""
    temporary_letters: tuple[str, ...] = TEMPORARY_LETTERS
    """What begins the last four characters of temporary numbers: the school's, and those of the system."""

    def category(self, name: str, text: str) -> str | None:
        """Return our category for a code of theirs, or None where the mapping does not know it."""
        return self.code_table(name).get(fold(text))

    def code_table(self, name: str) -> dict[str, str]:
        """Return folded code to category: what the mapping says, then our own ids and usual words."""
        known = CATEGORIES[fields_of(self.kind)[name].categories]
        usual = {fold(word): category for category, words in known.items() for word in (category, *words)}
        theirs = {fold(code): category for code, category in self.codes.get(name, {}).items()}
        return {UNKNOWN: UNKNOWN, "": UNKNOWN, "okand": UNKNOWN, "uppgift saknas": UNKNOWN, **usual, **theirs}


def _require(holds: object, what: str, path: Path, todo: str) -> None:
    if not holds:
        raise RegisterError(what, where=path.name, todo=todo)


def _texts(content: object) -> bool:
    return isinstance(content, dict) and all(isinstance(value, str) for value in content.values())


def read_mapping(path: Path) -> Mapping:
    """Read and check a mapping file.

    Raises
    ------
    RegisterError
        If it is no TOML, names a field or a category that does not exist, or lacks a field that is needed.
    """
    try:
        content = read_toml(path)
    except CatalogError as error:
        raise RegisterError(error.what, where=path, todo=error.todo) from error
    _require(
        content.get("kind") in KINDS,
        "kind saknas eller är okänd",
        path,
        f"Skriv {', '.join(KINDS[:-1])} eller {KINDS[-1]}",
    )
    unknown = sorted(set(content) - _KEYS)
    _require(not unknown, f"Okänd nyckel {', '.join(unknown)}", path, f"Tillåtna: {', '.join(sorted(_KEYS))}")
    kind, columns, codes = content["kind"], content.get("columns"), content.get("codes", {})
    _require(_texts(columns), "[columns] saknas eller har annat än text", path, 'Skriv fält = "rubrik"')
    assert isinstance(columns, dict)
    _check_fields(kind, columns, codes, path)
    return Mapping(kind, columns, codes, **_options(content, path))


def _check_fields(kind: str, columns: dict[str, str], codes: Any, path: Path) -> None:
    fields = fields_of(kind)
    for name in columns:
        _require(name in fields, f"Fältet ”{name}” finns inte", path, f"Fälten är {', '.join(fields)}")
    missing = [fields[name].label for name in required_of(kind) if not columns.get(name)]
    _require(not missing, f"Kolumn saknas för {', '.join(missing)}", path, "Ange rubriken under [columns]")
    used = [fold(heading) for heading in columns.values() if heading]
    _require(len(set(used)) == len(used), "En rubrik är angiven för två fält", path, "Ta bort den ena")
    _require(
        isinstance(codes, dict) and all(map(_texts, codes.values())),
        "[codes] har fel form",
        path,
        'Skriv [codes.fält] och under den "deras kod" = "vår kategori"',
    )
    for name, table in codes.items():
        _require(
            name in fields and fields[name].categories, f"Fältet ”{name}” har inga koder", path, "Ta bort det"
        )
        allowed = [*CATEGORIES[fields[name].categories], UNKNOWN]
        wrong = sorted(set(table.values()) - {*allowed, ""})
        _require(
            not wrong,
            f"Kategorin ”{', '.join(wrong)}” finns inte för {name}",
            path,
            f"Kategorierna är {', '.join(allowed)}",
        )


def _options(content: dict[str, Any], path: Path) -> dict[str, Any]:
    formats = content.get("date_formats", ["%Y-%m-%d"])
    _require(
        isinstance(formats, list) and formats and all(one in DATE_FORMATS for one in formats),
        "date_formats är fel",
        path,
        f"Välj bland {', '.join(DATE_FORMATS)}",
    )
    share = content.get("largest_bad_share", 0.02)
    _require(
        isinstance(share, (int, float)) and not isinstance(share, bool) and 0 <= share <= 0.2,
        "largest_bad_share är fel",
        path,
        "Ange en andel från 0 till 0,2 med decimalpunkt",
    )
    kommun, sheet = content.get("kommun", ""), content.get("sheet", "")
    _require(
        isinstance(kommun, str) and isinstance(sheet, str),
        "kommun och sheet ska vara text",
        path,
        "Sätt citattecken",
    )
    no_date, temporary = content.get("no_date", []), content.get("temporary_numbers", "")
    _require(
        isinstance(no_date, list) and all(isinstance(one, str) for one in no_date),
        "no_date ska vara en lista av texter",
        path,
        'Skriv no_date = ["-"]',
    )
    allowed = TEMPORARY if content["kind"] == "list" else TEMPORARY[:2]
    _require(
        temporary in allowed,
        "temporary_numbers är fel",
        path,
        'Skriv "leave_out", eller i en lista (kind = "list") "count": numren säger inte kön',
    )
    letters = content.get("temporary_letters", [])
    _require(
        isinstance(letters, list)
        and all(isinstance(one, str) and re.fullmatch("[A-Z]{1,2}", one, re.ASCII) for one in letters),
        "temporary_letters är fel",
        path,
        'Ange det som reservnummer har först av de fyra sista tecknen, en eller två stora bokstäver: ["R"]',
    )
    return {"temporary_letters": tuple(dict.fromkeys((*TEMPORARY_LETTERS, *letters))),
            "date_formats": tuple(formats), "kommun": kommun, "sheet": sheet, "largest_bad_share": float(share),
            "no_date": tuple(no_date), "temporary_numbers": temporary}  # fmt: skip


def one_line(text: str) -> str:
    """Take out what cannot be seen, would break a line or colour a terminal."""
    return "".join(char if char.isprintable() else " " for char in plain_text(text))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{one_line(escaped)}"'


def mapping_text(mapping: Mapping, notes: Iterable[str] = ()) -> str:
    r"""Write a mapping as TOML for the user to edit, with the Swedish names and categories as comments.

    Examples
    --------
    >>> text = mapping_text(Mapping("kaa", {"personnummer": "Pnr", "registered": "In"}))
    >>> "registered = \"In\"  # Registreringsdatum" in text
    True
    """
    lines = [
        "# Förslag till mappning. Kontrollera varje rad; en tom rubrik betyder att uppgiften inte finns.",
        *(f"# {one_line(note)}" for note in notes),
        f'kind = "{mapping.kind}"',
        f'kommun = "{mapping.kommun}"  # kommunkod, om filen inte har en kolumn för den',
        f"sheet = {_quoted(mapping.sheet)}",
        f"date_formats = [{', '.join(_quoted(one) for one in mapping.date_formats)}]",
        f"no_date = [{', '.join(map(_quoted, mapping.no_date))}]  # texter som betyder att datum saknas",
        f"largest_bad_share = {mapping.largest_bad_share}  # större andel felaktiga rader: inget räknas",
        "",
        "[columns]",
    ]
    fields = fields_of(mapping.kind)
    lines += [f"{one.id} = {_quoted(mapping.columns.get(one.id, ''))}  # {one.label}" for one in fields.values()]
    for one in fields.values():
        if one.categories and mapping.columns.get(one.id):
            allowed = ", ".join([*CATEGORIES[one.categories], UNKNOWN])
            lines += ["", f"[codes.{one.id}]  # {one.label}: {allowed}"]
            lines += [f"{_quoted(code)} = {_quoted(to)}" for code, to in mapping.codes.get(one.id, {}).items()]
    return "\n".join(lines) + "\n"
