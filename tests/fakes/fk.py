"""Försäkringskassan's open data on this machine: one row a län and sex, with what is hidden beside each figure."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from tests.fakes.server import Faults
from tests.fakes.web import JSON, Response

PATH = "/api/sprstatistikrapportera/public/v1/sa-bestand-diagnos/SAbestandmanaddiagnoslan.json"


@dataclass
class FkFake:
    """The state of the service; the switches are habits that have been reported, and faults."""

    faults: Faults = field(default_factory=Faults)
    fault_on: str = "/api/"
    log: list[str] = field(default_factory=list)
    url: str = ""
    month_name: str = "manad"
    """``manad``, or ``man`` as in some tables."""
    hidden: tuple[str, ...] = ("09",)
    """Län whose figures are hidden, with a value beside that must not be used."""
    empty: tuple[str, ...] = ()
    """Years without any rows."""
    lost_lan: str = ""
    wrong_month: bool = False
    text_value: str | None = None
    """What stands in place of a number: ``4`` gives the number as text."""
    wrapped: bool = False

    def respond(self, path: str, query: str) -> Response:
        if path != PATH:
            return 404, "text/html", b"<html>Sidan finns inte</html>"
        asked = {name: values[0].split(",") for name, values in parse_qs(query).items()}
        month = "11" if self.wrong_month else asked["manad"][0]
        rows = [
            {
                "dimensions": {
                    "delforman": asked["delforman"][0],
                    "ar": asked["ar"][0],
                    self.month_name: month,
                    "kon_kod": sex,
                    "diagnoskapitel": "ALL",
                    "lan": lan,
                },
                "observations": self._figures(asked["ar"][0], lan, sex),
            }
            for lan in asked["lan"]
            for sex in asked["kon_kod"]
            if lan != self.lost_lan and asked["ar"][0] not in self.empty
        ]
        content: Any = {"data": rows} if self.wrapped else rows
        return 200, JSON, json.dumps(content).encode()

    def value(self, year: str, lan: str, sex: str) -> int:
        return 100 + zlib.crc32(f"{year} {lan} {sex}".encode()) % 3000

    def _figures(self, year: str, lan: str, sex: str) -> dict[str, Any]:
        hidden = lan in self.hidden
        value: Any = self.value(year, lan, sex)
        amount = value * 9.6
        if self.text_value is not None:
            value = str(value) if self.text_value.isdecimal() else self.text_value
        return {
            "antal": {"rojd": hidden, "value": value},
            "andel": {"rojd": hidden, "value": 1.0},
            "belopp": {"rojd": hidden, "value": round(amount, 1)},
        }
