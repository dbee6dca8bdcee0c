"""A list of participants whose figures can be worked out by hand."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.register.people import number

HEADINGS = {
    "personnummer": "Personnummer",
    "start": "Start",
    "end": "Avslut",
    "end_reason": "Avslutsorsak",
    "place": "Ort",
    "had_examen": "Gymnasieexamen",
    "study_plan_from": "Studieplan sedan",
    "assistance_start": "Bistånd vid start",
    "assistance_now": "Bistånd nu",
    "first_contact": "Första kontakt",
    "first_measure": "Första insats",
    "cost": "Kostnad",
    "followed_up": "Uppföljd",
    "followed_up_occupation": "Sysselsättning vid uppföljning",
}
GROUPS = [
    # persons, end, reason, place, examen, plan since, assistance at start, now, first measure, followed up, then
    (20, "2106-02-01", "arbete", "samma", "ja", "", "ja", "nej", "2105-09-01", "", ""),
    (10, "2105-10-01", "studier", "annan ort", "nej", "2105-09-15", "ja", "nej", "2105-09-01", "2106-05-01",
     "utbildning"),
    (10, "2106-03-01", "annat", "", "nej", "", "ja", "ja", "2106-06-01", "", ""),
    (30, "", "", "", "nej", "2106-04-01", "nej", "nej", "", "", ""),
    (10, "2105-11-01", "arbete", "annan ort", "ja", "", "nej", "ja", "2105-12-01", "2106-06-01", "ingen"),
]  # fmt: skip


def write_participants(folder: Path) -> tuple[Path, Path]:
    """Write the list and its mapping; all start on 20 August 2105 after a first contact on 15 August."""
    path, mapping = folder / "deltagare.csv", folder / "deltagare.toml"
    at = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADINGS.values())
        for n, end, reason, place, examen, plan, then, now, measure, followed, occupation in GROUPS:
            for _ in range(n):
                at += 1
                begun = [number(at), "2105-08-20", end, reason, place, examen, plan, then, now, "2105-08-15"]
                writer.writerow([*begun, measure, "10 000,50", followed, occupation])
    columns = "".join(f'{name} = "{heading}"\n' for name, heading in HEADINGS.items())
    mapping.write_text(f'kind = "participants"\nkommun = "1494"\n[columns]\n{columns}', encoding="utf-8")
    return path, mapping
