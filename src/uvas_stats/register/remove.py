"""Take away what has been counted of a kommun's registers; what has been shown is remembered all the same."""

from __future__ import annotations

from pathlib import Path

from uvas_stats.disclosure import publishing
from uvas_stats.disclosure.ledger import ledger_file
from uvas_stats.errors import RegisterError
from uvas_stats.periods import period_end
from uvas_stats.register.demo import is_invented
from uvas_stats.register.published import register_ledger
from uvas_stats.register.store import register_folder
from uvas_stats.workspace import Workspace, writing

__all__ = ["remove_results"]


def remove_results(workspace: Workspace, kommun: str) -> list[Path]:
    """Remove the results of a kommun's registers; the ledger goes only where all in it are invented people.

    Parameters
    ----------
    workspace
        Where they are.
    kommun
        Its code.

    Returns
    -------
    list of Path
        What has been removed.

    Raises
    ------
    RegisterError
        If nothing has been counted of the kommun, or there are results without a ledger.
    """
    folder, ledger = register_folder(workspace) / kommun, ledger_file(workspace, f"register:{kommun}")
    files = [path for end in ("parquet", "json") for path in sorted(folder.glob(f"*.{end}"))]
    if not files:
        raise RegisterError(f"Kommun {kommun} har inga räknade register", todo="Kontrollera --kommun")
    with publishing(workspace, f"register:{kommun}"):
        shown = register_ledger(workspace, kommun)
        ends = [period_end(period) for period in shown.codes("period")]
        if ends and all(map(is_invented, ends)):
            files.append(ledger)
        for path in files:
            with writing(path):
                path.unlink(missing_ok=True)
    return files
