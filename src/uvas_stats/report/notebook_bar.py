"""How far an export has come, in a notebook: a bar with the step that is under way."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["notebook_bar"]


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return hasattr(shell, "kernel")


@contextmanager
def notebook_bar(steps: int) -> Iterator[Callable[[str], None] | None]:
    """Yield what draws a step of an export; outside a notebook None."""
    if not _in_notebook():
        yield None
        return
    from tqdm.auto import tqdm

    with tqdm(total=steps, leave=False) as bar:

        def tell(step: str) -> None:
            bar.set_description(step)
            bar.update()

        yield tell
