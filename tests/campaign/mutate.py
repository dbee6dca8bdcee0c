"""Damage a file in one place, the same way for the same seed: bytes, members of a zip, cells, words, JSON, XML."""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
from collections.abc import Callable
from typing import Any

Change = Callable[[bytes, random.Random], bytes]
WORDS = (
    "", "#N/A", "#REF!", "..", "-5", "-0,5", "1e9", "1e400", "nan", "inf", "0,816", "1,309", "1.309", "1 309",
    "101", "9" * 400, "=1+1", "\x1b[31m", "åäö\u202e", "null", "12.5", "Kvinnor", "2031", "0", "x" * 5000,
    "\x00", "²",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, "", "x", "..", -5, 0, 1.5, 1e308, 10**30, [], {}, [None], {"a": 1}, "2031", [[1]], float("inf"),
    "\ud83d\ude00", "9" * 400,
)  # fmt: skip


def _flip(content: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 8))):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def _span(content: bytes, chance: random.Random) -> bytes:
    """Take out, double or blank a span."""
    start = chance.randrange(len(content))
    end = min(len(content), start + chance.choice((1, 7, 200, 4096)))
    part = content[start:end]
    return content[:start] + chance.choice((b"", part * 2, b"\x00" * len(part))) + content[end:]


def _inserted(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + chance.randbytes(chance.choice((1, 16))) + content[at:]


def _other(content: bytes, chance: random.Random) -> bytes:
    """Give something else than the file."""
    return chance.choice(
        (b"", b" \r\n", b"<!DOCTYPE html><html><body>Fel</body></html>", b"\x00" * 100, b"[" * 200_000,
         b'{"a":' * 5000,
         b"PK\x03\x04" + content[:200], b"\xd0\xcf\x11\xe0" + content, b"\xff\xfe" + content,
         b"\xef\xbb\xbf" + content, b"%PDF-1.7\n" + content[:500])
    )  # fmt: skip


BYTES: dict[str, Change] = {"flip": _flip, "cut": _cut, "span": _span, "insert": _inserted, "other": _other}


def _lines(content: bytes, chance: random.Random) -> bytes:
    """Lose, double or move a line."""
    lines = content.splitlines(keepends=True)
    at = chance.randrange(len(lines))
    line = lines.pop(at)
    for _ in range(chance.choice((0, 0, 2))):
        lines.insert(at, line)
    if chance.random() < 0.2:
        lines.insert(chance.randrange(len(lines) + 1), line)
    return b"".join(lines)


def _delimiter(lines: list[str]) -> str:
    return max(";,\t", key=lambda one: sum(line.count(one) for line in lines))


def _cell(content: bytes, chance: random.Random) -> bytes:
    """Write something else in a cell, or take the cell away."""
    lines = content.decode("utf-8", "surrogateescape").splitlines()
    delimiter = _delimiter(lines)
    at = chance.choice([number for number, line in enumerate(lines) if delimiter in line] or [0])
    cells = lines[at].split(delimiter)
    where = chance.randrange(len(cells))
    cells[where : where + 1] = chance.choice(
        ([chance.choice(WORDS)], [chance.choice(WORDS)], [], [cells[where]] * 2)
    )
    lines[at] = delimiter.join(cells)
    return "\n".join(lines).encode("utf-8", "surrogateescape")


def _column(content: bytes, chance: random.Random) -> bytes:
    """Lose or swap columns, or write a whole one in another way."""
    lines = content.decode("utf-8", "surrogateescape").splitlines()
    delimiter = _delimiter(lines)
    rows = [line.split(delimiter) for line in lines]
    widest = max(map(len, rows))
    here, there, way = chance.randrange(widest), chance.randrange(widest), chance.choice(["lose", "swap", "point"])
    for row in rows:
        if len(row) < widest:
            continue
        if way == "swap":
            row[here], row[there] = row[there], row[here]
        elif way == "lose":
            del row[here]
        else:
            row[here] = row[here].translate(str.maketrans(",.", ".,"))
    return "\n".join(map(delimiter.join, rows)).encode("utf-8", "surrogateescape")


def _word(content: bytes, chance: random.Random) -> bytes:
    """Write another word or number for one, wherever it stands."""
    found = list(re.finditer(rb"[\w.,]+", content))
    hit = chance.choice(found) if found else None
    if hit is None:
        return content
    return content[: hit.start()] + chance.choice(WORDS).encode() + content[hit.end() :]


def _encoding(content: bytes, chance: random.Random) -> bytes:
    text = content.decode("utf-8", "replace")
    return text.encode(chance.choice(("utf-16", "cp1252", "utf-32", "mac-roman")), "replace")


TEXT: dict[str, Change] = {"line": _lines, "cell": _cell, "column": _column, "word": _word, "encoding": _encoding}


def _tag(content: bytes, chance: random.Random) -> bytes:
    """Lose, double or rename a tag or an attribute."""
    found = list(re.finditer(rb"<[^>]*>|\b[\w:]+=\"[^\"]*\"", content))
    hit = chance.choice(found) if found else None
    if hit is None:
        return content
    new = chance.choice((b"", hit[0] * 2, hit[0].upper(), hit[0].replace(b'="', b'="9'), b"<x>" * 5000))
    return content[: hit.start()] + new + content[hit.end() :]


def _element(content: bytes, chance: random.Random) -> bytes:
    """Lose or double a whole element without children of its own kind, or its text."""
    found = list(re.finditer(rb"<(\w+)\b[^>]*>[^<]*</\1>", content))
    hit = chance.choice(found) if found else None
    if hit is None:
        return content
    word = chance.choice(WORDS).encode()
    other = re.sub(rb">[^<]*<", lambda _: b">" + word + b"<", hit[0], count=1)
    return content[: hit.start()] + chance.choice((b"", hit[0] * 2, other, other)) + content[hit.end() :]


def _entity(content: bytes, chance: random.Random) -> bytes:
    bomb = b'<!DOCTYPE a [<!ENTITY a "' + b"a" * 100 + b'">' + b"".join(
        b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10 if n else b"&a;" * 10) for n in range(9)
    ) + b"]>"  # fmt: skip
    head = re.match(rb"<\?xml[^>]*\?>", content)
    at = head.end() if head else 0
    return content[:at] + chance.choice((bomb, b'<!DOCTYPE a SYSTEM "file:///etc/passwd">')) + content[at:]


XML: dict[str, Change] = {"tag": _tag, "element": _element, "entity": _entity, "word": _word}


def _nodes(content: Any, found: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    for key, inner in content.items() if isinstance(content, dict) else enumerate(content):
        found.append((content, key))
        if isinstance(inner, (dict, list)):
            _nodes(inner, found)
    return found


def _json_changed(content: bytes, chance: random.Random, way: str) -> bytes:
    whole = [json.loads(content.removeprefix(b"\xef\xbb\xbf"))]
    nodes = _nodes(whole, [])
    levels = [node for node in nodes if isinstance(node[0], dict) or isinstance(node[0][node[1]], (dict, list))]
    holder, key = chance.choice(levels if chance.random() < 0.7 else nodes)
    if way == "lost":
        del holder[key]
    elif way == "type" or not isinstance(holder, dict):
        holder[key] = chance.choice(VALUES)
    else:
        holder[chance.choice(("x", key.upper(), key + "s", ""))] = holder.pop(key)
    return json.dumps(whole[0] if whole else None, ensure_ascii=False).encode("utf-8", "surrogatepass")


JSON: dict[str, Change] = {
    "lost": lambda content, chance: _json_changed(content, chance, "lost"),
    "type": lambda content, chance: _json_changed(content, chance, "type"),
    "key": lambda content, chance: _json_changed(content, chance, "key"),
    "word": _word,
}


def _repacked(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def _member(content: bytes, chance: random.Random) -> tuple[str, bytes]:
    """Damage one member of a zip and pack it anew, so that its checksum is right."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheets = [name for name in members if re.search("sheet|Strings|pivotCache|document", name)]
    name = chance.choice(sheets if sheets and chance.random() < 0.7 else list(members))
    if chance.random() < 0.1:
        other = chance.choice(list(members))
        members[name], members[other] = members[other], members[name]
        return "swapped", _repacked(members)
    if chance.random() < 0.1:
        del members[name]
        return "lost", _repacked(members)
    if chance.random() < 0.05:
        members[name] = re.sub(rb'r="[A-Z]+[0-9]+"', b'r="XFD1048576"', members[name], count=1)
        return "far", _repacked(members)
    kind = chance.choice((*XML, *XML, "flip", "cut"))
    members[name] = (XML | BYTES)[kind](members[name] or b"<a/>", chance)
    return kind, _repacked(members)


def mutate(content: bytes, form: str, seed: str) -> tuple[str, bytes]:
    """Damage a file.

    Parameters
    ----------
    content, form
        The file, and what it is: ``zip``, ``csv``, ``json``, ``xml`` or ``bytes``.
    seed
        What is damaged, and how.

    Returns
    -------
    tuple of str and bytes
        The kind of damage, and the damaged file.
    """
    chance = random.Random(seed)
    own = {"csv": TEXT, "json": JSON, "xml": XML, "bytes": {}}
    if form == "zip" and chance.random() < 0.7:
        kind, damaged = _member(content, chance)
        return f"member {kind}", damaged
    changes = BYTES if form == "zip" or chance.random() < 0.3 else own[form] or BYTES
    kind = chance.choice(list(changes))
    return kind, changes[kind](content, chance)
