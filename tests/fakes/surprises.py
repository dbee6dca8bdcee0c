"""What services do one day that they have not done before: a list of surprises, and what each costs."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from tests.clean.test_af_counts import SEEKERS, seekers, seekers_book
from tests.fakes.every import BAS, REG, Every, Reply, Surprise
from tests.fakes.kolada import TITLES
from uvas_stats.catalog import load_catalog
from uvas_stats.catalog.kaa import load_kaa_periods
from uvas_stats.clean import read_edition
from uvas_stats.cli import fetch as command
from uvas_stats.cli.app import app
from uvas_stats.errors import UvasStatsError
from uvas_stats.fetch import eurostat, forsakringskassan, kolada, skolverket_documents
from uvas_stats.fetch.http import HttpSettings
from uvas_stats.fetch.limits import Limits
from uvas_stats.fetch.sources import Clients, base_urls, fetchable
from uvas_stats.observations.contract import KEY
from uvas_stats.raw.snapshot import newest_snapshot
from uvas_stats.workspace import Workspace

Change = Callable[[Reply], Reply]
POST, BOOK, CSV = "POST ", "getFile", "runexport"
SHARE = "andel-av-bas"


# What may happen to any answer


def page(reply: Reply) -> Reply:
    text = "<!DOCTYPE html><html>Underhåll pågår</html>".encode()
    return replace(reply, kind="text/html", body=text, whole=False)


def cut(reply: Reply) -> Reply:
    return replace(reply, cut=True, whole=False)


def half(reply: Reply) -> Reply:
    return replace(reply, body=reply.body[: len(reply.body) // 2], whole=False)


def late(reply: Reply) -> Reply:
    return replace(reply, wait=3.0, whole=False)


def packed(reply: Reply) -> Reply:
    headers = {"Content-Encoding": "gzip"}
    return replace(reply, body=gzip.compress(reply.body, 1), headers=headers, whole=False)


def marked(reply: Reply) -> Reply:
    return replace(reply, body=b"\xef\xbb\xbf" + reply.body.removeprefix(b"\xef\xbb\xbf"))


def fails(status: int, **headers: str) -> Change:
    return lambda _: Reply(status, "text/plain", b"", {k.replace("_", "-"): v for k, v in headers.items()})


def says(old: str, new: str) -> Change:
    """Write something else in a text, or in every part of a workbook."""

    def change(reply: Reply) -> Reply:
        if not reply.body.startswith(b"PK"):
            return replace(reply, body=reply.body.replace(old.encode(), new.encode()))
        out = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(reply.body)) as there,
            zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as made,
        ):
            for name in there.namelist():
                made.writestr(name, there.read(name).replace(old.encode(), new.encode()))
        return replace(reply, body=out.getvalue())

    return change


def content(edit: Callable[[Any], Any]) -> Change:
    """Edit an answer in JSON."""

    def change(reply: Reply) -> Reply:
        read = json.loads(reply.body)
        made = edit(read)
        return replace(reply, body=json.dumps(read if made is None else made, ensure_ascii=False).encode())

    return change


def values(edit: Callable[[list[dict[str, Any]]], Any]) -> Change:
    """Edit the items of a page of Kolada's."""

    def edit_page(page: dict[str, Any]) -> None:
        edit(page["values"])
        page["count"] = len(page["values"])

    return content(edit_page)


def lines(edit: Callable[[list[list[str]]], list[list[str]]]) -> Change:
    """Edit headings and rows of a CSV of SIRIS as cells; what is around them stays."""

    def change(reply: Reply) -> Reply:
        rows = reply.body.decode("utf-8-sig").split("\n")
        first = next(at for at, row in enumerate(rows) if row.startswith("Kommun;"))
        last = next(at for at, row in enumerate(rows) if at > first and not row)
        if last - first < 2:
            return reply
        cells = edit([row.rstrip(";").split(";") for row in rows[first:last]])
        rows[first:last] = [";".join([*row, ""]) for row in cells]
        return replace(reply, body=b"\xef\xbb\xbf" + "\n".join(rows).encode())

    return change


def book(edit: Callable[[Any], object]) -> Change:
    """Edit a workbook without pivot caches."""

    def change(reply: Reply) -> Reply:
        read, out = openpyxl.load_workbook(io.BytesIO(reply.body)), io.BytesIO()
        edit(read)
        read.save(out)
        return replace(reply, body=out.getvalue())

    return change


def sheet(edit: Callable[[Any], object]) -> Change:
    return book(lambda read: edit(read.worksheets[0]))


def column(name: str, figures: Callable[[int], str]) -> Change:
    """Put a column last in a CSV."""
    return lines(lambda rows: [[*row, figures(at) if at else name] for at, row in enumerate(rows)])


def cells(edit: Callable[[Any], object]) -> Callable[[Any], None]:
    """Edit each cell of a sheet that holds anything."""

    def change(read: Any) -> None:
        for row in read.iter_rows():
            for cell in row:
                if cell.value is not None:
                    edit(cell)

    return change


def as_text(cell: Any) -> None:
    if isinstance(cell.value, (int, float)):
        cell.value = str(cell.value).replace(".", ",")


def title_row(read: Any, text: str) -> None:
    read.insert_rows(1)
    read.cell(row=1, column=1, value=text)


def heading(old: str, new: str) -> Callable[[Any], None]:
    def change(cell: Any) -> None:
        if isinstance(cell.value, str):
            cell.value = cell.value.replace(old, new)

    return cells(change)


def recoded(table: str, code: str, edit: Callable[[list[tuple[str, str, int]]], object]) -> Callable[[Any], None]:
    """Give a variable of a table other codes: code, label, and at which place its figures stood."""

    def change(fake: Any) -> None:
        new, old = fake.tables[table], copy(fake.tables[table])
        at = next(at for at, one in enumerate(old.variables) if one.code == code)
        var = old.variables[at]
        listed = [(*one, place) for place, one in enumerate(zip(var.codes, var.labels, strict=True))]
        edit(listed)
        codes, labels, places = zip(*listed, strict=True)
        own = replace(var, codes=codes, labels=labels, weights=tuple(var.weights[one] for one in places))
        new.variables = [*old.variables[:at], own, *old.variables[at + 1 :]]

        def as_before(chosen: list[list[list[int]]]) -> Any:
            groups = [[places[one] for one in group] for group in chosen[at]]
            return old.cells([*chosen[:at], groups, *chosen[at + 1 :]])

        new.cells = as_before

    return change


def one_more(table: str, code: str, value: str, label: str) -> Callable[[Any], None]:
    return recoded(table, code, lambda listed: listed.append((value, label, 0)))


def one_less(table: str, code: str, value: str) -> Callable[[Any], None]:
    return recoded(table, code, lambda listed: listed.remove(next(one for one in listed if one[0] == value)))


def has(path: str, value: Any) -> Callable[[Any], None]:
    """Set a switch of a fake: ``faults.sparse``."""
    *way, name = path.split(".")

    def change(fake: Any) -> None:
        for step in way:
            fake = getattr(fake, step)
        setattr(fake, name, value)

    return change


def renamed(old: str, new: str) -> Callable[[Any], None]:
    return lambda fake: fake.files.update({new: fake.files.pop(old)})


def parts(read: Any) -> None:
    """Write every share of a workbook as a part of 1."""
    for own in read.worksheets:
        shares = {cell.column for row in own.iter_rows() for cell in row if "Andel" in str(cell.value)}
        cells(
            lambda cell, held=shares: (
                cell.column in held
                and isinstance(cell.value, (int, float))
                and has("value", cell.value / 100)(cell)
            )
        )(own)


def titled(id_: str, title: str) -> Callable[[Any], None]:
    return lambda fake: fake.titles.update({id_: title})


def reports(edit: Callable[[Any], object]) -> Callable[[Any], None]:
    """Edit the report of eligibility as SIRIS lists it."""
    return lambda fake: edit(next(one for one in fake.reports if one.id == "53"))


def _status(read: Any) -> None:
    read["status"] = {**(read.get("status") or {}), "3": "q"}


def _turned(read: Any) -> None:
    for one in read["dimension"].values():
        one["category"]["index"] = dict(reversed(one["category"]["index"].items()))


def _noted(read: Any) -> None:
    note = read.pop("note", ["Ny not"])
    read["extension"]["notes"] = [{"text": text, "mandatory": True} for text in note]


def _first(items: list[dict[str, Any]], **new: Any) -> None:
    items[0]["values"][0].update(new)


def _each(items: list[dict[str, Any]], edit: Callable[[dict[str, Any]], object]) -> None:
    for item in items:
        edit(item)


FUTURE = {"kpi": "N02797", "municipality": "0199", "period": 2023}
ELIGIBILITY = {"on": "runexport/?pFormat=csv&pExportID=53", "fetch": "siris_eligibility"}
GRADE = {"on": CSV, "fetch": "siris_later_activity"}
NEW_UNIT = {"id": "0199", "title": "Nystad", "type": "K"}


def _document(table: str) -> str:
    """Give the call for a workbook of the newest period."""
    return next(f"p_id={one.ids[table]}" for one in load_kaa_periods() if one.period == "2024/25")


def _lost(fake: Any, table: str) -> None:
    fake.ids.pop(next(id_ for id_, own in fake.ids.items() if own == ("2024/25", table)))


def _unfound(fake: Any) -> None:
    listed = fake.documents
    fake.documents = lambda period: [
        {**row, "url": row["url"].replace(_document("5B"), "p_id=999")} for row in listed(period)
    ]


def _more(read: Any, name: str, text: str) -> None:
    at = read.max_column + 1
    first = next(
        row[0].row for row in read.iter_rows() if str(row[0].value) in ("2421", "2480", "Västerbottens län")
    )
    read.cell(row=first - 2 if read.cell(first - 1, 1).value == "00" else first - 1, column=at, value=name)
    read.cell(row=first + 1, column=at, value=text)


def _future(read: Any) -> None:
    last = next(row for row in read.iter_rows() if "Haninge" in [cell.value for cell in row])
    at = last[0].row + 1
    read.insert_rows(at)
    for cell in last:
        new = {"Haninge": "Nystad", "0136": "0199"}.get(str(cell.value), cell.value)
        read.cell(row=at, column=cell.column, value=new)


# fmt: off
SURPRISES = (
    # The network, whichever the source
    Surprise("kolada", "429 i en skur", fails(429, Retry_After="0"), on="/data/", times=4),
    Surprise("kolada", "HTML i stället för uppgifter, en gång", page, on="/data/", times=1),
    Surprise("kolada", "svaret på väg i gzip", packed, on="/data/"),
    Surprise("skolverket_px", "503 två gånger", fails(503), on=POST, times=2),
    Surprise("eurostat", "gzip", packed),
    Surprise("eurostat", "BOM före JSON", marked),
    Surprise("forsakringskassan", "avbrutet svar, en gång", cut, times=1),
    Surprise("forsakringskassan", "omdirigering inom värden", fails(301, Location="/moved"), times=3),
    Surprise("siris", "omdirigering till en annan värd, för gott", fails(302, Location="https://example.org/"), **ELIGIBILITY),
    Surprise("siris", "HTML i stället för en fil, en gång", page, times=1, **ELIGIBILITY),
    Surprise("siris", "filen avklippt mitt i, en gång", half, times=1, **ELIGIBILITY),
    Surprise("af", "500 en gång", fails(500), on=SHARE, times=1, fetch="af_share"),
    Surprise("af", "arbetsboken avklippt, en gång", half, on=SHARE, times=1, fetch="af_share"),
    Surprise("scb", "ett svar som dröjer för länge, en gång", late, on=POST, times=1),
    Surprise("scb", "avbrutet svar, en gång", cut, on=POST, times=1),
    Surprise("kaa", "avbrutet svar, en gång", cut, on=BOOK, times=1),
    Surprise("kaa", "omdirigering inom värden", fails(302, Location="/moved"), on=BOOK),
    # SCB and Skolverket's database
    Surprise("scb", "annat streck i etiketter", setting=has("faults.hyphens", True)),
    Surprise("scb", "värdena i annan ordning i index", content(_turned), on="metadata"),
    Surprise("scb", "index som lista", setting=has("faults.index_list", True)),
    Surprise("scb", "glesa värden", setting=has("faults.sparse", True)),
    Surprise("scb", "status som lista", setting=has("faults.status_form", "list")),
    Surprise("scb", "okänd flagga vid ett riktigt tal", content(_status), on=POST),
    Surprise("scb", "titel med andra versaler", says("Andel studerande", "ANDEL STUDERANDE")),
    Surprise("scb", "noten har flyttats", content(_noted), on="TAB6260", fetch="scb_bas"),
    Surprise("scb", "kodlistornas nyckel stavas om", setting=has("faults.codelists_key", "codeLists")),
    Surprise("scb", "ingen kod för totalen sägs", setting=has("faults.no_elimination_code", True)),
    Surprise("scb", "ett år till", setting=one_more("TAB5557", "Tid", "2026", "2026"), fetch="scb_population", more=True),
    Surprise("scb", "ett år mindre", setting=one_less("TAB1804", "Tid", "2019"), fetch="scb_eligibility", gone={"period": ("2018/19", "2019")}),
    Surprise("scb", "en kommun som inte finns än", setting=one_more("TAB1804", "Region", "0199", "Nystad"), fetch="scb_eligibility", more=True),
    Surprise("scb", "ett nytt innehåll", setting=one_more("TAB6260", "ContentsCode", "000009XX", "antal i åtgärd"), fetch="scb_bas"),
    Surprise("scb", "en ny bakgrund", setting=one_more("TAB4930", "Bakgrund", "NY", "ny grupp"), fetch="scb_neither_kommun", more=True),
    Surprise("scb", "ett nytt kön", setting=one_more("TAB6260", "Kon", "3", "uppgift saknas"), fetch="scb_bas"),
    Surprise("scb", "en åldersgrupp är borta", setting=one_less("TAB6260", "Alder", "16-19"), fetch="scb_bas", gone={"age_group": ("16-19",)}),
    Surprise("scb", "ett innehåll är borta", setting=one_less("TAB6260", "ContentsCode", "000006IG"), fetch="scb_bas", gone={"measure": ("bas_sick_count", "register_outside_count", "register_outside_share_pct")}),
    Surprise("scb", "för få värden, en gång", content(lambda read: read["value"].pop() and None), on=POST, times=1),
    Surprise("scb", "för få värden, för gott", content(lambda read: read["value"].pop() and None), on="TAB1804/data", fetch="scb_eligibility", wrong=True),
    Surprise("scb", "en ny variabel att välja", content(lambda read: read["id"].append("Ny")), on="TAB1804/metadata", fetch="scb_eligibility", wrong=True),
    Surprise("scb", "tal som text", content(lambda read: read.update(value=[None if one is None else str(one) for one in read["value"]])), on="TAB1804/data", fetch="scb_eligibility"),
    Surprise("skolverket_px", "etikett med andra versaler", says("behöriga till yrkesprogram", "Behöriga till yrkesprogram")),
    Surprise("skolverket_px", "ett mått har fått en tvilling", setting=one_more("Grundskola_betyg.px", "variable", "9", "Andel (%) behöriga till yrkesprogram, exkl. nyinvandrade"), wrong=True),
    Surprise("skolverket_px", "raderna står två gånger", setting=has("faults.duplicated_rows", True)),
    Surprise("skolverket_px", "en kommun som inte finns än", setting=one_more("Grundskola_betyg.px", "level", "0199", "Nystad [0199]"), more=True),
    # Kolada
    Surprise("kolada", "mindre sidor", setting=has("page_size", 500)),
    Surprise("kolada", "udda adress till nästa sida", setting=lambda fake: (has("page_size", 700)(fake), has("foreign_next", "http://10.0.0.7:8080/v3/x")(fake))),
    Surprise("kolada", "strukna uppgifter bredvid de riktiga", setting=has("deleted", 3)),
    Surprise("kolada", "uppgifter som står två gånger lika", setting=has("repeated", 2)),
    Surprise("kolada", "okänd status bredvid inget tal", values(lambda items: _each(items, lambda one: _each(one["values"], lambda own: own.update(status="Hemlig") if own["value"] is None else None))), on="/data/"),
    Surprise("kolada", "olistad jämförelsegrupp", setting=has("group_titles", "unknown")),
    Surprise("kolada", "grupper i fel teckenkodning", setting=has("group_titles", "mojibake")),
    Surprise("kolada", "grupp med okänd medlem", setting=has("group_titles", "member")),
    Surprise("kolada", "två grupper med samma titel", setting=has("group_titles", "clash")),
    Surprise("kolada", "inga grupper", setting=has("groups_gone", True)),
    Surprise("kolada", "valfritt nyckeltal med ny titel", setting=titled("N17457", "Elever, nytt mått"), gone={"measure": ("kolada_exam_or_certificate_4y_share_pct",)}),
    Surprise("kolada", "valfritt nyckeltal borta", setting=lambda fake: fake.titles.pop("N17445"), gone={"measure": ("kolada_exam_3y_share_pct",)}),
    Surprise("kolada", "titel i versaler", setting=titled("N02797", TITLES["N02797"].upper())),
    Surprise("kolada", "titel med tankstreck och hårt blanksteg", setting=titled("N02797", TITLES["N02797"].replace("16-24 år", "16–24\u00a0år"))),
    Surprise("kolada", "ett år till", setting=has("last_year", 2025), more=True),
    Surprise("kolada", "ett år mindre", setting=has("last_year", 2023), gone={"period": ("2024", "2023/24", "2024/25")}),
    Surprise("kolada", "en kommun till i listan", values(lambda items: items.append(NEW_UNIT)), on="/municipality?"),
    Surprise("kolada", "svar om ett område som inte frågades efter", setting=has("stray", True)),
    Surprise("kolada", "ett nytt kön bredvid de tre", values(lambda items: _each(items, lambda one: one["values"].append({**one["values"][0], "gender": "X"}))), on="/data/"),
    Surprise("kolada", "tal som text", values(lambda items: _each(items, lambda one: _each(one["values"], lambda own: own.update(value=own["value"] if own["value"] is None else str(own["value"]))))), on="/data/"),
    Surprise("kolada", "decimalkomma i text", values(lambda items: _first(items, value=str(items[0]["values"][0]["value"]).replace(".", ","))), on="/data/"),
    Surprise("kolada", "fält som inte fanns förr", values(lambda items: _each(items, lambda one: one.update(quality="B"))), on="/data/"),
    Surprise("kolada", "kommunens namn med annan versal", says("Upplands Väsby", "Upplands väsby"), on="/municipality?"),
    Surprise("kolada", "en kommun saknas i svaren", setting=has("lost_units", ("2506",)), gone={"region_code": ("2506",)}),
    Surprise("kolada", "samma uppgift med två värden", setting=has("differing", True), wrong=True),
    Surprise("kolada", "nödvändigt nyckeltal med ny titel", setting=titled("N02797", "Något annat, andel (%)"), wrong=True),
    Surprise("kolada", "ovägda gruppvärden", values(lambda items: _first(items, count=7)), on="/data/", wrong=True),
    Surprise("kolada", "andelar som delar av 1", values(lambda items: _each(items, lambda one: _each(one["values"], lambda own: own.update(value=own["value"] and own["value"] / 100)))), on="/data/", wrong=True),
    # Arbetsförmedlingen
    Surprise("af", "länken med hela adressen och frågetecken", says('.xlsx"', '.xlsx?t=1"'), on="tidsserier", fetch="af_registered"),
    Surprise("af", "filändelsen med versaler", setting=renamed(SEEKERS, SEEKERS.replace(".xlsx", ".XLSX")), fetch="af_registered"),
    Surprise("af", "den stängda arbetsboken är borta", setting=has("faults.gone_files", REG), fetch="af_share", gone={"origin": (REG,)}),
    Surprise("af", "den stängda arbetsboken är en annan", says("UNGAK", "UNGAKX"), on="andel-av-reg", fetch="af_share", gone={"origin": (REG,)}),
    Surprise("af", "bladet visar annat än posterna", says("<v>0.", "<v>1."), on=SHARE, fetch="af_share"),
    Surprise("af", "ett fält med text till", setting=lambda fake: fake.files.update({SEEKERS: seekers_book(seekers(load_catalog()).assign(NYTT="x"))}), fetch="af_registered"),
    Surprise("af", "rubriken ÅLDER", says('"ALDGR"', '"ÅLDER"'), on=SEEKERS, fetch="af_registered"),
    Surprise("af", "Kvinna och Man i stället för K och M", lambda reply: says('<s v="M"/>', '<s v="Man"/>')(says('<s v="K"/>', '<s v="Kvinna"/>')(reply)), on=SEEKERS, fetch="af_registered"),
    Surprise("af", "kommunnamn i versaler", says('"Upplands Väsby"', '"UPPLANDS VÄSBY"'), on=SEEKERS, fetch="af_registered"),
    Surprise("af", "kommunnamn med hårt blanksteg", says('"Upplands Väsby"', '"Upplands\u00a0Väsby "'), on=SEEKERS, fetch="af_registered"),
    Surprise("af", "åldersgrupp med tankstreck", says('"18-24 år"', '"18–24 år"'), on=SEEKERS, fetch="af_registered"),
    Surprise("af", "bladet har fått ett annat namn", says('"Total"', '"Totalt"'), on="tid-utan-arbete", fetch="af_duration"),
    Surprise("af", "rubrik med radbrytning", says("Utan arbete mer än", "Utan arbete\nmer än"), on="tid-utan-arbete", fetch="af_duration"),
    Surprise("af", "ett blad till", says('<sheet name="Kön"', '<sheet name="Nytt blad"'), on="tid-utan-arbete", fetch="af_duration"),
    Surprise("af", "rubrik med andra versaler", says("ARBETSLÖSA", "Arbetslösa"), on="tid-utan-arbete", fetch="af_duration"),
    Surprise("af", "ett kön till", says('<s v="M"/>', '<s v="Okänt"/>'), on=SEEKERS, fetch="af_registered", wrong=True),
    Surprise("af", "en kommun som inte finns", says('"Mora"', '"Nystad"'), on=SEEKERS, fetch="af_registered", wrong=True),
    Surprise("af", "namnet säger en senare månad än uppgifterna", setting=renamed(BAS, BAS.replace("2023-02", "2023-03")), fetch="af_share", wrong=True),
    # Eurostat and Försäkringskassan
    Surprise("eurostat", "värdena i ordning", setting=has("shuffled", False)),
    Surprise("eurostat", "okänd flagga vid ett tal", setting=lambda fake: fake.flags.update({("SE", "2023"): "y"})),
    Surprise("eurostat", "ett område saknas", setting=has("lost_geo", "SE23"), gone={"region_code": ("SE23",)}),
    Surprise("eurostat", "ett område till", content(lambda read: read["dimension"]["geo"]["category"]["label"].update(XX="Nytt"))),
    Surprise("eurostat", "texter på ett annat språk", says("Label", "Étiquette")),
    Surprise("eurostat", "två uppgifter om året borta", setting=lambda fake: fake.gaps.update({("SE", "2022")}), gone={"period": ("2022",)}),
    Surprise("eurostat", "en ny indelning", setting=has("new_axis", True), wrong=True),
    Surprise("eurostat", "en annan enhet", setting=has("percent", False), wrong=True),
    Surprise("forsakringskassan", "månaden heter man", setting=has("month_name", "man")),
    Surprise("forsakringskassan", "raderna under data", setting=has("wrapped", True)),
    Surprise("forsakringskassan", "tal som text", setting=has("text_value", "4")),
    Surprise("forsakringskassan", "ett år utan rader", setting=has("empty", ("2025",)), gone={"period": ("2025-12",)}),
    Surprise("forsakringskassan", "ett år i mitten utan rader", setting=has("empty", ("2023",)), gone={"period": ("2023-12",)}),
    Surprise("forsakringskassan", "en dimension till", content(lambda rows: _each(rows, lambda one: one["dimensions"].update(version="2")))),
    Surprise("forsakringskassan", "ett kön till", content(lambda rows: [*rows, {**rows[0], "dimensions": {**rows[0]["dimensions"], "kon_kod": "X"}}])),
    Surprise("forsakringskassan", "ett län till", content(lambda rows: [*rows, {**rows[0], "dimensions": {**rows[0]["dimensions"], "lan": "99"}}])),
    Surprise("forsakringskassan", "en rad två gånger", content(lambda rows: rows + rows[:1])),
    Surprise("forsakringskassan", "ett län saknas", setting=has("lost_lan", "14"), gone={"region_code": ("14",)}),
    Surprise("forsakringskassan", "inget tal och inte röjt", content(lambda rows: rows[5]["observations"]["antal"].update(value=None)), gone={"region_code": ("03", "04", "01", "05")}),
    Surprise("forsakringskassan", "en annan månad", setting=has("wrong_month", True), wrong=True),
    Surprise("forsakringskassan", "en rad två gånger med olika tal", content(lambda rows: [*rows, {**rows[5], "observations": rows[8]["observations"]}]), wrong=True),
    # SIRIS
    Surprise("siris", "rubrik med hårt blanksteg och versaler", says("Antal elever;", "ANTAL\u00a0elever;"), **ELIGIBILITY),
    Surprise("siris", "rubrik med annat streck", says("Kommun-kod", "Kommun\u2010kod"), **ELIGIBILITY),
    Surprise("siris", "en textkolumn till", column("Anmärkning", lambda at: "se not" if at == 2 else ""), **ELIGIBILITY),
    Surprise("siris", "kolumnerna i annan ordning", lines(lambda rows: [[*row[:6], *reversed(row[6:])] for row in rows]), **ELIGIBILITY),
    Surprise("siris", "ingen BOM", lambda reply: replace(reply, body=reply.body.removeprefix(b"\xef\xbb\xbf")), **ELIGIBILITY),
    Surprise("siris", "radslut som i Windows", says("\n", "\r\n"), **ELIGIBILITY),
    Surprise("siris", "en rad två gånger lika", lines(lambda rows: [*rows, rows[-1]]), **ELIGIBILITY),
    Surprise("siris", "en kommun som inte finns än", lines(lambda rows: [*rows, ["Nystad", "0199", *rows[-1][2:]]]), **ELIGIBILITY),
    Surprise("siris", "en huvudman som inte fanns förr", lines(lambda rows: [*rows, [*rows[-1][:4], "Stiftelse", *rows[-1][5:]]]), **ELIGIBILITY),
    Surprise("siris", "tusental med smalt blanksteg", says("2 014", "2\u202f014"), **ELIGIBILITY),
    Surprise("siris", "rapporten har ett annat nummer", setting=reports(lambda one: has("id", "1053")(one)), fetch="siris_eligibility"),
    Surprise("siris", "titel i versaler", says("Behörighet till gymnasieskolan", "BEHÖRIGHET TILL GYMNASIESKOLAN"), fetch="siris_eligibility"),
    Surprise("siris", "ett år är inte publicerat än", setting=reports(lambda one: one.years.insert(0, 2026)), fetch="siris_eligibility", more=True),
    Surprise("siris", "ett år är borta", setting=reports(lambda one: one.years.remove(2024)), fetch="siris_eligibility", gone={"period": ("2023/24",)}),
    Surprise("siris", "definitionerna heter annat", says("Rapportbeskrivning och definitioner", "Rapportbeskrivningar"), **ELIGIBILITY),
    Surprise("siris", "en fil av två går inte att läsa", says("Kommun-kod", "Kod"), on="pFormat=csv&pExportID=53&pAr=2024", fetch="siris_eligibility", gone={"period": ("2023/24",)}),
    Surprise("siris", "en fil av två är HTML för gott", page, on="pExportID=53&pAr=2024&pLan=&pKommun=&", fetch="siris_eligibility", gone={"period": ("2023/24",)}),
    Surprise("siris", "tal som text med decimalkomma i arbetsboken", sheet(cells(as_text)), on="pFormat=xls", fetch="siris_later_activity"),
    Surprise("siris", "ett blad till i arbetsboken", book(lambda read: read.create_sheet("Läs mig").append(["Se webbplatsen"])), on="pFormat=xls", fetch="siris_later_activity"),
    Surprise("siris", "ett dolt blad i arbetsboken", book(lambda read: has("sheet_state", "hidden")(read.create_sheet("Dolt"))), on="pFormat=xls", fetch="siris_later_activity"),
    Surprise("siris", "rubrik med radbrytning i arbetsboken", sheet(heading(" efter ", "\nefter\n")), on="pFormat=xls", fetch="siris_later_activity"),
    Surprise("siris", "en talkolumn till", column("Andel nytt (%)", lambda at: "12,5"), wrong=True, **ELIGIBILITY),
    Surprise("siris", "filen gäller ett annat år", lambda reply: says("2024/25", "2022/23")(says("2023/24", "2021/22")(reply)), wrong=True, **ELIGIBILITY),
    Surprise("siris", "en rad två gånger med olika tal", lines(lambda rows: [*rows, [*rows[-1][:-1], "12,3"]]), wrong=True, **ELIGIBILITY),
    Surprise("siris", "två kolumner har bytt rubrik", lines(lambda rows: [[*rows[0][:6], rows[0][7], rows[0][6], *rows[0][8:]], *rows[1:]]), wrong=True, **ELIGIBILITY),
    Surprise("siris", "andelar som delar av 1", lines(lambda rows: [rows[0], *([*row[:7], *(f"0,{one.replace(',', '')}" if one[:1].isdigit() else one for one in row[7:])] for row in rows[1:])]), wrong=True, **ELIGIBILITY),
    # KAA
    Surprise("kaa", "rubrik med radbrytning", sheet(heading("Antal rapporterade", "Antal\nrapporterade")), on=BOOK),
    Surprise("kaa", "rubrik med hårt blanksteg", sheet(heading("Antal rapporterade", "Antal\u00a0rapporterade")), on=BOOK),
    Surprise("kaa", "annat streck i rubrik", sheet(heading("16–19", "16-19")), on=BOOK),
    Surprise("kaa", "fotnot i rubrik", sheet(heading("Antal rapporterade ungdomar", "Antal rapporterade ungdomar 1)")), on=BOOK),
    Surprise("kaa", "en rad till över tabellen", sheet(lambda read: title_row(read, "Sveriges officiella statistik")), on=BOOK),
    Surprise("kaa", "tal som text med decimalkomma", sheet(cells(as_text)), on=BOOK),
    Surprise("kaa", "ett blad till", book(lambda read: read.create_sheet("Läs mig").append(["Se webbplatsen"])), on=BOOK),
    Surprise("kaa", "ett dolt blad först", book(lambda read: has("sheet_state", "hidden")(read.create_sheet("Dolt", 0))), on=BOOK),
    Surprise("kaa", "bladet har ett annat namn", book(lambda read: has("title", "Blad1")(read.worksheets[0])), on=BOOK),
    Surprise("kaa", "en textkolumn till", sheet(lambda read: _more(read, "Anmärkning", "se not")), on=BOOK),
    Surprise("kaa", "en kommun som inte finns än", sheet(lambda read: _future(read)), on=BOOK),
    Surprise("kaa", "en arbetsbok är borta", setting=lambda fake: _lost(fake, "5B"), gone={"origin": ("2024-25_5B",)}),
    Surprise("kaa", "en adress i listan svarar 404", setting=_unfound, gone={"origin": ("2024-25_5B",)}),
    Surprise("kaa", "en arbetsbok är HTML för gott", page, on=_document("5B"), gone={"origin": ("2024-25_5B",)}),
    Surprise("kaa", "en arbetsbok med okänd rubrik", setting=has("faults.drifted", True), gone={"origin": ("_4A_",)}),
    Surprise("kaa", "en adress leder till fel tabell", setting=has("faults.swapped", True), gone={"origin": ("_4A_",)}),
    Surprise("kaa", "en tabell i listan heter annat", setting=has("faults.other_title", True)),
    Surprise("kaa", "en nyare version av en arbetsbok", setting=has("faults.newer", True)),
    Surprise("kaa", "en tabell saknas i listan", setting=has("faults.without", ("4A",))),
    Surprise("kaa", "dokumentlistan svarar inte", fails(500), on="sossok_api"),
    Surprise("kaa", "andelar som delar av 1", book(parts), on=BOOK, wrong=True),
)
# fmt: on


QUICK = HttpSettings(connect_timeout=2, read_timeout=2, backoff=0.001, attempts=4)
AS_IT_WAS = ["value", "lower", "upper", "status"]
NAMES = [name for name in KEY if name != "edition"]


@dataclass(frozen=True)
class Cost:
    """What a surprise has cost its source."""

    figures: int
    """How many figures were not had that the source still has."""
    wrong: int
    """How many are others than they are, or should not be there."""
    refusals: tuple[str, ...]
    notes: tuple[str, ...]
    lost: tuple[str, ...]
    """The calls whose answers are nowhere on the disk after a refusal."""

    def __str__(self) -> str:
        told = self.refusals or self.notes
        parts = [f"{self.figures} uppgifter" if self.figures else "", f"{self.wrong} FEL" if self.wrong else ""]
        parts += [f"{len(self.lost)} svar BORTA" if self.lost else "", told[0] if told else ""]
        return "; ".join(filter(None, parts)) or "inget"


class Days:
    """Fetch all there is from services that surprise, and compare with a day when nothing did.

    Parameters
    ----------
    every
        The services.
    folder
        Where the workspaces are put.
    patch
        Makes few years and no waits; what it has changed is put back by its owner.
    """

    def __init__(self, every: Every, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.every, self.folder, self._patch = every, folder, patch
        self.catalog = load_catalog()
        periods = tuple(one for one in load_kaa_periods() if one.period in every.kaa_periods)
        patch.setattr(skolverket_documents, "load_kaa_periods", lambda: periods)
        for module, year in ((kolada, 2022), (forsakringskassan, 2021), (eurostat, 2022)):
            patch.setattr(module, "FIRST_YEAR", year)
        patch.setattr(
            command, "open_clients", lambda given: Clients(base_urls(given or []), QUICK, Limits(1000, 1000, 1.0))
        )
        patch.setenv("UVAS_BASE_URL", every.addresses())
        # the figures of the fakes are invented: none is compared with what is shipped
        patch.setattr(Workspace, "raw_roots", property(lambda workspace: (workspace.raw,)))
        self._number = 0
        self.every.surprise()
        self.usual, said, refusals = self.fetch()
        if refusals:
            raise AssertionError(said)
        self.notes = set(said.splitlines())
        self.figures = {name: self.read(self.usual, name) for name in fetchable(self.catalog)}

    def fetch(
        self, *names: str, into: Path | None = None, again: bool = False
    ) -> tuple[Path, str, tuple[str, ...]]:
        """Run ``uvas fetch``: the workspace, all it said, and the refusals."""
        self._number += 1
        workspace = into or self.folder / f"day_{self._number}"
        workspace.mkdir(exist_ok=True)
        self._patch.setenv("UVAS_WORKSPACE", str(workspace))
        result = CliRunner().invoke(app, ["fetch", *names, *(["--again"] if again else [])])
        if result.exception is not None and not isinstance(result.exception, (UvasStatsError, SystemExit)):
            raise result.exception
        said = [line for line in result.output.splitlines() if line.startswith("Fel: ")]
        if isinstance(result.exception, UvasStatsError):
            said.append(f"Fel: {names[0]}: {result.exception}")
        return workspace, result.output, tuple(said)

    def read(self, workspace: Path, dataset: str) -> pd.DataFrame:
        """Read the newest edition of a dataset: its figures by their names."""
        snapshot = newest_snapshot(workspace / "data" / "raw", dataset)
        if snapshot is None:
            return self.figures[dataset].iloc[:0]
        frame = pd.concat(
            list(read_edition(snapshot, self.catalog.datasets[dataset], self.catalog, verified=True))
        )
        frame = frame.astype(dict.fromkeys((*NAMES, "status", "origin"), "str"))
        return frame.set_index(NAMES)[[*AS_IT_WAS, "origin"]]

    def datasets(self, surprise: Surprise) -> list[str]:
        return fetchable(self.catalog, [surprise.fetch or surprise.source])

    def alone(self, surprise: Surprise) -> Cost:
        """Fetch what a surprise strikes, and nothing else."""
        self.every.surprise(surprise)
        workspace, said, refusals = self.fetch(*self.datasets(surprise))
        if not self.every.struck[surprise.source] and surprise.setting is None:
            raise AssertionError(f"{surprise.what}: nothing was struck")
        return self.cost(surprise, workspace, said, refusals)

    def cost(self, surprise: Surprise, workspace: Path, said: str, refusals: tuple[str, ...]) -> Cost:
        """Compare what was fetched with what would have been."""
        missed = wrong = 0
        for dataset in self.datasets(surprise):
            usual, now = self.figures[dataset], self.read(workspace, dataset)
            wanted = usual.loc[~_gone(usual, surprise)]
            found = now.reindex(wanted.index)
            there = wanted.index.isin(now.index)
            other = np.array([~_same(wanted[name], found[name]) for name in AS_IT_WAS]).any(axis=0)
            missed += int((~there).sum())
            wrong += int((other & there).sum())
            wrong += 0 if surprise.more or surprise.gone else int((~now.index.isin(wanted.index)).sum())
        own = tuple(line for line in refusals if line.split(": ")[1] in self.datasets(surprise))
        notes = tuple(
            line.strip() for line in said.splitlines() if line.startswith("  ") and line not in self.notes
        )
        return Cost(missed, wrong, own, notes, self._lost(workspace, own))

    def _lost(self, workspace: Path, refusals: tuple[str, ...]) -> tuple[str, ...]:
        """Name the files that were sent for refused datasets and are not on the disk."""
        if not refusals:
            return ()
        kept = [path.read_bytes() for path in (workspace / "data" / "raw").rglob("*") if path.is_file()]
        whole = set(kept)
        return tuple(
            call
            for _, call, body in self.every.sent
            if body not in whole and not any(body.removeprefix(b"\xef\xbb\xbf") in one for one in kept)
        )


def _same(usual: pd.Series, now: pd.Series) -> Any:
    return ((usual == now) | (usual.isna() & now.isna())).to_numpy(dtype=bool)


def _gone(frame: pd.DataFrame, surprise: Surprise) -> Any:
    """Tell which figures the source does not have on this day."""
    gone = np.zeros(len(frame), dtype=bool)
    for name, those in surprise.gone.items():
        if name == "origin":
            gone |= frame["origin"].str.contains("|".join(map(re.escape, those))).to_numpy()
        else:
            gone |= frame.index.get_level_values(name).isin(those)
    return gone


def cheap(cost: Cost) -> bool:
    """Tell whether a surprise has cost at most a note."""
    return not (cost.figures or cost.wrong or cost.lost)


def right(cost: Cost) -> bool:
    """Tell whether no figure is wrong, and what is not there is told."""
    return not (cost.wrong or cost.lost) and bool(cost.refusals or cost.notes or not cost.figures)
