"""Where data/raw, data/processed and reports are, and how a file is written without ever being half there.

Nothing here touches the disk when the module is imported.
"""

from __future__ import annotations

import errno
import glob
import hashlib
import os
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from uvas_stats.errors import WorkspaceError

if sys.platform != "win32":
    import fcntl

__all__ = [
    "BLANK_SEAL",
    "Workspace",
    "atomic_file",
    "file_size",
    "find_workspace",
    "is_intact",
    "locked",
    "publish_folder",
    "refuse_foreign",
    "replace_folder",
    "require_writable",
    "scratch_folder",
    "seal",
    "shipped_raw",
    "writing",
]

_ENDS = 1024
_HELD, _OLD, _GONE = "held", "old", "gone"
_SEAL = b"uvas_sha256:"
BLANK_SEAL = _SEAL.decode() + "0" * 64
"""Stands once in the content of a file that :func:`seal` is to fill in."""
ENVIRONMENT_VARIABLE = "UVAS_WORKSPACE"


@dataclass(frozen=True)
class Workspace:
    """The folder an analyst works in.

    Examples
    --------
    >>> Workspace(Path("arbete")).raw.as_posix()
    'arbete/data/raw'
    """

    root: Path

    @property
    def raw(self) -> Path:
        """Immutable files as the publisher sent them, one folder for each dataset and edition."""
        return self.root / "data" / "raw"

    @property
    def processed(self) -> Path:
        """The tidy table, made from the raw files by ``uvas build``."""
        return self.root / "data" / "processed"

    @property
    def reports(self) -> Path:
        """Where exports go unless another folder is named."""
        return self.root / "reports"

    @property
    def programmes(self) -> Path:
        """The user's own programme files."""
        return self.root / "programmes"

    @property
    def groups_file(self) -> Path:
        """The user's own groups of kommuner."""
        return self.root / "groups.toml"

    @property
    def aliases_file(self) -> Path:
        """The user's own aliases of headings, categories and areas."""
        return self.root / "aliases.toml"

    @property
    def raw_roots(self) -> tuple[Path, ...]:
        """Folders to look for raw files in: the workspace first, then the shipped first edition."""
        roots = [self.raw, shipped_raw()]
        return tuple(dict.fromkeys(root.resolve() for root in roots if root.is_dir()))


def shipped_raw() -> Path:
    """Return the folder of the first edition: inside an installed package, else in the checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "shipped_raw"
    return installed if installed.is_dir() else package.parents[1] / "data" / "raw"


def find_workspace(start: Path | str | None = None) -> Workspace:
    """Find the workspace for a folder.

    Parameters
    ----------
    start
        A folder that is the workspace. If None: the environment variable ``UVAS_WORKSPACE``, else the
        nearest folder at or above the current one that holds ``data/raw``, else the current folder.

    Raises
    ------
    WorkspaceError
        If a folder was named and does not exist.
    """
    named = start or os.environ.get(ENVIRONMENT_VARIABLE)
    if named:
        root = Path(os.path.expanduser(named))  # noqa: PTH111 - leaves ~unknown as it is; Path.expanduser raises
        if not os.path.isdir(root):  # noqa: PTH112 - Path.is_dir raises where the name is too long to be one
            raise WorkspaceError("Arbetsmappen finns inte", where=root, todo="Skapa mappen eller ange en annan")
        return Workspace(root.resolve())
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "data" / "raw").is_dir():
            return Workspace(folder)
    return Workspace(here)


def _advice(error: OSError) -> tuple[str, str]:
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):  # Windows has no EDQUOT
        return "Disken är full", "Frigör utrymme och kör igen; det som fanns tidigare är kvar"
    if isinstance(error, PermissionError) or error.errno == errno.EROFS:
        return (
            "Skrivning nekades",
            "Stäng filen om den är öppen i ett annat program, eller välj en annan mapp",
        )
    if isinstance(error, IsADirectoryError):
        return "En mapp ligger där en fil behövs", "Välj ett annat namn eller flytta mappen"
    if isinstance(error, (NotADirectoryError, FileExistsError)):
        return "En fil ligger där en mapp behövs", "Välj en annan mapp eller flytta filen"
    return f"Det gick inte att skriva ({error.strerror or error})", "Kontrollera mappen och kör igen"


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """Turn any OSError of the block into one WorkspaceError that names the target."""
    try:
        yield
    except OSError as error:
        what, todo = _advice(error)
        raise WorkspaceError(what, where=target, todo=todo) from error


def file_size(path: Path) -> int:
    """Give a file's size; a pipe or a device, which may be read for ever, is refused.

    Raises
    ------
    OSError
        If it is no file, or is not there.
    """
    about = path.stat()
    if not stat.S_ISREG(about.st_mode):
        raise OSError(errno.EINVAL, "no regular file")
    return about.st_size


def require_writable(folder: Path) -> None:
    """Try to write in a folder, which is made where it is not there.

    Raises
    ------
    WorkspaceError
        If it cannot be written.
    """
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"uvas")


def seal(content: bytes) -> bytes:
    """Fill in the blank seal of a content: the checksum of all of it, the seal being blank.

    Examples
    --------
    >>> whole = seal(b'{"seal": "' + BLANK_SEAL.encode() + b'", "n": 5}')
    >>> is_intact(whole), is_intact(whole.replace(b": 5", b": 6")), is_intact(b'{"n": 5}')
    (True, False, None)
    """
    at = content.index(BLANK_SEAL.encode()) + len(_SEAL)
    return content[:at] + hashlib.sha256(content).hexdigest().encode() + content[at + 64 :]


def is_intact(content: bytes) -> bool | None:
    """Tell whether a content is as it was sealed; None where no seal stands in it."""
    hit = re.search(_SEAL + b"([0-9a-f]{64})", content)
    if hit is None:
        return None
    digest = hashlib.sha256(memoryview(content)[: hit.start(1)])
    digest.update(b"0" * 64)
    digest.update(memoryview(content)[hit.end(1) :])
    return digest.hexdigest().encode() == hit[1]


@contextmanager
def locked(path: Path, busy: str, wait: float) -> Iterator[None]:
    """Let one process at a time do something; it may take the lock again. It is free when the process dies.

    Parameters
    ----------
    path
        The lock's file.
    busy
        What is said if another has it still, in Swedish.
    wait
        Seconds to wait for another process.

    Raises
    ------
    WorkspaceError
        If another process holds it too long, or the folder cannot be written.
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path, is_singleton=True)
        try:
            lock.acquire(timeout=wait)
        except Timeout as error:  # is an OSError too, but not one of the disk's
            raise WorkspaceError(busy, where=path.parent, todo="Vänta tills den är klar") from error
    try:
        yield
    finally:
        lock.release()


def _hold(handle: int) -> None:
    """Mark a temporary file as in use until its handle is closed; Windows does so by itself."""
    if sys.platform != "win32":
        with suppress(OSError):  # a disk of the network may have no locks
            fcntl.flock(handle, fcntl.LOCK_EX)


def _let_go(held: Path) -> bool:
    """Remove the file that a process holds while it writes; False where the process is still alive."""
    try:
        if sys.platform != "win32":
            with held.open("rb+") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        held.unlink()
    except FileNotFoundError:
        return True
    except OSError:  # held, somebody else's, or open on Windows
        return False
    return True


def _left(name: str, parent: Path) -> Iterator[Path]:
    """Yield the temporary files and folders of a name that dead processes have left; the files are gone then."""
    for left in sorted(parent.glob(f".{glob.escape(name)}.????????.tmp")):
        if _let_go(left / _HELD if left.is_dir() else left):
            yield left


@contextmanager
def scratch_folder(name: str, parent: Path) -> Iterator[Path]:
    """Give an empty folder that is removed afterwards; those that dead processes have left are removed before.

    Parameters
    ----------
    name
        Says what it is for.
    parent
        The folder that it is made in.
    """
    for left in _left(name, parent):
        _remove_scratch(left)
    folder = Path(tempfile.mkdtemp(prefix=f".{name}.", suffix=".tmp", dir=parent))
    handle = os.open(folder / _HELD, os.O_CREAT | os.O_RDWR)
    try:
        _hold(handle)
        yield folder
    finally:
        os.close(handle)
        _remove_scratch(folder)


def _remove_scratch(folder: Path) -> None:
    """Remove a folder, unless an analyst's files are in it still: the next run puts them back."""
    if not (folder / _OLD).exists():
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def atomic_file(target: Path) -> Iterator[Path]:
    """Give a temporary path beside ``target`` and move it into place if the block succeeds.

    Raises
    ------
    WorkspaceError
        If the folder or file cannot be written; the old file is then untouched.
    """
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        for _ in _left(target.name, target.parent):
            pass
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
        temporary = Path(name)
        try:
            try:
                _hold(handle)
                yield temporary
                _flush(temporary)
            finally:
                os.close(handle)
            temporary.chmod(0o644)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)


def refuse_foreign(target: Path, mark: bytes) -> None:
    """Refuse to replace a file that is not the package's own; one that is has the mark at its beginning or end.

    Raises
    ------
    WorkspaceError
        If there is another file.
    """
    if not target.exists():
        return
    with writing(target), target.open("rb") as file:
        start = file.read(_ENDS)
        file.seek(max(0, file.seek(0, os.SEEK_END) - _ENDS))
        own = mark in start or mark in file.read()
    if not own:
        raise WorkspaceError(
            "Filen finns redan och är inte skriven av uvas",
            where=target,
            todo="Välj ett annat namn, eller flytta den",
        )


@contextmanager
def publish_folder(target: Path) -> Iterator[Path]:
    """Give an empty folder beside ``target``; when the block succeeds, move its files into ``target``.

    All writing happens in the temporary folder, so a full disk or an error leaves ``target`` as it was. Files
    in ``target`` that the block did not make (an analyst's own notes) are kept.

    Raises
    ------
    WorkspaceError
        If a folder cannot be written, or a file to be replaced is locked by another program.
    """
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent))
    try:
        with writing(target):
            yield staging
            made = sorted(path.relative_to(staging) for path in staging.rglob("*") if path.is_file())
            _refuse_locked(target, made)
            target.mkdir(parents=True, exist_ok=True)
            for name in made:
                _flush(staging / name)
                (target / name).parent.mkdir(parents=True, exist_ok=True)
            for name in made:
                (staging / name).replace(target / name)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def replace_folder(target: Path, carry_over: Callable[[Path, Path], None]) -> Iterator[Path]:
    """Give an empty folder; when the block succeeds it takes the place of ``target`` in one move.

    What a run that was killed has left is set right first: the old folder is put back, or carried over.

    Parameters
    ----------
    target
        The folder; what is in it is the old or the new, never some of each.
    carry_over
        Is given the old folder and the new, and moves from the old what is the analyst's own. What is left in the
        old one goes.

    Raises
    ------
    WorkspaceError
        If a folder cannot be written, or a file to be replaced is locked by another program.
    """
    with writing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        target = target.resolve()
        if Path.cwd().is_relative_to(target):
            raise WorkspaceError(
                "Mappen som du står i kan inte bytas ut", where=target, todo="Ange en mapp i den eller gå ur den"
            )
        if target.exists() and not target.is_dir():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        for left in _left(target.name, target.parent):
            _retire(left, target, carry_over)
            _remove_scratch(left)
        with scratch_folder(target.name, target.parent) as folder:
            new = folder / "new"
            new.mkdir()
            yield new
            made = sorted(path.relative_to(new) for path in new.rglob("*") if path.is_file())
            for name in made:
                _flush(new / name)
            _refuse_locked(target, made)
            if target.exists():
                shutil.copymode(target, new)
                target.rename(folder / _OLD)
            try:
                new.rename(target)
            finally:  # where it could not be moved the old one comes back
                _retire(folder, target, carry_over)


def _retire(folder: Path, target: Path, carry_over: Callable[[Path, Path], None]) -> None:
    """Put an old folder back where none has taken its place; else carry over what is the analyst's."""
    old = folder / _OLD
    if old.exists() and not target.exists():
        old.rename(target)
    elif old.exists():
        carry_over(old, target)
        shutil.rmtree(old.rename(folder / _GONE))  # half of it would look like an analyst's files


def _refuse_locked(target: Path, names: list[Path]) -> None:
    """Open each file that is to be replaced, so that a locked one stops the move before it has begun."""
    for name in names:
        old = target / name
        if old.exists():
            with writing(old), old.open("ab"):
                pass


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
