"""The ledger: a file in the workspace of what has been published of each programme, and the door out past it.

It holds what anybody has seen: the counts that were shown, the names of those that were not, and how they add up.
No suppressed count is in it, nor which cells were small.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, cast

import orjson

from uvas_stats.catalog.toml import build, read_toml
from uvas_stats.disclosure.history import Ledger, Published
from uvas_stats.disclosure.model import Key, Relation, Rule
from uvas_stats.disclosure.protection import Protected, protect
from uvas_stats.disclosure.tables import Publication
from uvas_stats.errors import DisclosureError
from uvas_stats.workspace import BLANK_SEAL, Workspace, atomic_file, is_intact, locked, seal

__all__ = ["ledger_file", "publishing", "read_ledger", "read_rule", "record", "release"]

_LARGEST = 64_000_000
_MOST = 1_000
_VERSION = 2
_WAIT = 300.0


@dataclass(frozen=True)
class _Settings:
    """``disclosure.toml`` of the workspace."""

    threshold: int = 5
    protection: int | None = None
    zeros: str = "show"
    seconds: int = 30


def read_rule(workspace: Workspace) -> Rule:
    """Read the rule from ``disclosure.toml`` in the workspace; where there is none, the default.

    Raises
    ------
    CatalogError
        If the file is not as it should be.
    DisclosureError
        If the threshold is below 3, or another value is impossible.

    Examples
    --------
    >>> read_rule(Workspace(Path("no-such-folder"))).threshold
    5
    """
    path = workspace.root / "disclosure.toml"
    if not path.exists():
        return Rule()
    settings = build(_Settings, read_toml(path), path)
    zeros = cast("Literal['show', 'hide']", settings.zeros)  # Rule refuses anything else
    return Rule(settings.threshold, settings.protection, zeros, float(settings.seconds))


def ledger_file(workspace: Workspace, programme: str) -> Path:
    """Return where the ledger of a programme is.

    Examples
    --------
    >>> ledger_file(Workspace(Path("arbete")), "hikikomori").as_posix()
    'arbete/data/disclosure/hikikomori.json'
    """
    name = programme
    if not re.fullmatch(r"[a-z0-9_-]{1,60}", name) or name in ("con", "nul", "aux", "prn"):
        name = hashlib.sha256(programme.encode()).hexdigest()[:32]
    return workspace.root / "data" / "disclosure" / f"{name}.json"


def _damaged(path: Path) -> DisclosureError:
    return DisclosureError(
        "Liggaren över vad som har publicerats är skadad", where=path, todo="Återställ den från en säkerhetskopia"
    )


def read_ledger(workspace: Workspace, programme: str) -> Ledger:
    """Read what has been published of a programme; nothing, if there is no file.

    Raises
    ------
    DisclosureError
        If the file is damaged or too large. It is never passed over: what it says has been published.
    """
    path = ledger_file(workspace, programme)
    try:
        if path.stat().st_size > _LARGEST:
            raise DisclosureError(
                "Liggaren är större än 64 MB", where=path, todo="Byt ut den mot en säkerhetskopia"
            )
        written = path.read_bytes()
        content = orjson.loads(written)
    except FileNotFoundError:
        return Ledger(programme)
    except ValueError as error:
        raise _damaged(path) from error
    except OSError as error:
        raise DisclosureError("Liggaren kan inte läsas", where=path, todo="Kontrollera behörigheten") from error
    try:
        unsealed = content["version"] == 1 and "seal" not in content  # as it was written before there were seals
        whole = unsealed or (content["version"] == _VERSION and is_intact(written))
        if not whole or content["programme"] != programme:
            raise _damaged(path)
        return Ledger(programme, tuple(_published(one) for one in content["publications"]))
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise _damaged(path) from error


def _published(entry: Any) -> Published:
    keys: list[Key] = [tuple((str(name), str(code)) for name, code in key) for key in entry["keys"]]
    if any(
        isinstance(at, bool) or not isinstance(at, int) or not 0 <= at < len(keys) for at in _key_numbers(entry)
    ):
        raise ValueError
    shown = {keys[at]: count for at, count in entry["shown"]}
    if any(isinstance(count, bool) or not isinstance(count, int) or count < 0 for count in shown.values()):
        raise ValueError
    relations = tuple(Relation(tuple((keys[at], int(times)) for at, times in one)) for one in entry["relations"])
    return Published(str(entry["id"]), shown, frozenset(keys[at] for at in entry["hidden"]), relations)


def _key_numbers(entry: Any) -> Iterator[Any]:
    yield from (at for at, _ in entry["shown"])
    yield from entry["hidden"]
    yield from (at for relation in entry["relations"] for at, _ in relation)


def _written(published: Published) -> dict[str, Any]:
    keys = sorted({*published.shown, *published.hidden})
    at = {key: number for number, key in enumerate(keys)}
    return {
        "id": published.id,
        "keys": keys,
        "shown": sorted((at[key], count) for key, count in published.shown.items()),
        "hidden": sorted(at[key] for key in published.hidden),
        "relations": [[(at[key], times) for key, times in one.terms] for one in published.relations],
    }


def record(workspace: Workspace, protected: Protected) -> None:
    """Remember what is published, whole or not at all; the same publication once more is no news.

    Raises
    ------
    DisclosureError
        If the ledger is damaged or full.
    WorkspaceError
        If it cannot be written.
    """
    entries = [_written(one) for one in read_ledger(workspace, protected.programme).publications]
    entry = _written(protected.published)
    if entry in entries:
        return
    path = ledger_file(workspace, protected.programme)
    content = orjson.dumps(
        {
            "version": _VERSION,
            "seal": BLANK_SEAL,
            "programme": protected.programme,
            "publications": [*entries, entry],
        }
    )
    if len(entries) >= _MOST or len(content) > _LARGEST:
        raise DisclosureError("Liggaren är full", where=path, todo="Dela upp programmet")
    with atomic_file(path) as temporary:
        temporary.write_bytes(seal(content))


def publishing(workspace: Workspace, programme: str) -> AbstractContextManager[None]:
    """Let nobody else publish of a programme: what comes out of its ledger then stays true until it is released.

    Raises
    ------
    WorkspaceError
        If another has not finished after five minutes.
    """
    lock = ledger_file(workspace, programme).with_suffix(".lock")
    return locked(lock, "En annan publicering av samma program pågår", _WAIT)


def release(
    workspace: Workspace, publication: Publication, rule: Rule | None = None, known: Published | None = None
) -> Protected:
    """Let counts out: protect them, audit them, and remember what has been shown.

    Parameters
    ----------
    workspace
        Where the rule (``disclosure.toml``) and the ledger are.
    publication
        All that is published together.
    rule
        Another rule than the workspace's.
    known
        What others have published of the same counts. It is audited along with the rest, and not remembered.

    Returns
    -------
    Protected
        What may be shown. It is in the ledger already: write it, or count it as shown all the same.

    Raises
    ------
    DisclosureError
        If it cannot be shown without giving somebody away. Nothing is then remembered.
    """
    rule = rule or read_rule(workspace)
    with publishing(workspace, publication.programme):
        before = read_ledger(workspace, publication.programme)
        history = before if known is None else replace(before, publications=(*before.publications, known))
        protected = protect(publication, rule, history)
        record(workspace, protected)
    return protected
