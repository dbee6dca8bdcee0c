"""Invented people. All are born from 2080 on and live around 2105: a number with such a birth date is nobody's.

The check digit and the form are right, so that the whole way is gone; only the century makes them impossible.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from uvas_stats.register.demo import invented_number

PERIOD, AT = "2105/06", dt.date(2106, 6, 30)
HEADINGS = {
    "personnummer": "Personnummer",
    "registered": "Registrerad",
    "schooling": "Senaste sysselsättning",
    "contact_date": "Kontakt",
    "contact_occupation": "Sysselsättning",
    "measure_from": "Åtgärd från",
    "measure_type": "Åtgärd",
    "measure_to": "Åtgärd till",
    "closed": "Avregistrerad",
    "closed_reason": "Avslutsorsak",
}
MAPPING = 'kind = "kaa"\nkommun = "2182"\n[columns]\n' + "".join(f'{k} = "{v}"\n' for k, v in HEADINGS.items())


def number(at: int, born: dt.date = dt.date(2088, 3, 4), *, coordination: bool = False) -> str:
    return invented_number(born, at, coordination=coordination)


def row(personnummer: str, registered: str = "2105-08-01", **more: str) -> list[str]:
    values = {"personnummer": personnummer, "registered": registered, **more}
    return [values.get(name, "") for name in HEADINGS]


def write(path: Path, rows: Iterable[list[str]], *, delimiter: str = ";", encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(HEADINGS.values())
        writer.writerows(rows)
    return path


def mapping_file(folder: Path, text: str = MAPPING) -> Path:
    path = folder / "mappning.toml"
    path.write_text(text, encoding="utf-8")
    return path
