"""The command line, ``uvas``, and the panel for a notebook."""

from __future__ import annotations

import atexit
import os
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from typing import Any

__all__ = ["main"]

_PATIENCE = 1.5
"""Seconds that an interrupted command has for what it cleans up."""


class _Interrupt:
    """Ctrl+C: raises KeyboardInterrupt once, and ends the process if that has not done so in a while.

    A thread hears of it at once, also where the main thread waits in code that is not Python: for a name to be
    looked up, or on Windows for any lock.
    """

    def __init__(self) -> None:
        self.came = self.told = False
        if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            return  # whoever started the command wants it otherwise
        self._heard, sent = socket.socketpair()
        sent.setblocking(False)
        sys.unraisablehook = self._unraisable
        threading.Thread(target=self._watch, daemon=True).start()
        signal.set_wakeup_fd(sent.detach(), warn_on_full_buffer=False)
        signal.signal(signal.SIGINT, self._stop)

    def _stop(self, *_: object) -> None:
        if not self.came:  # a second one would only stop what cleans up
            self.came = True
            raise KeyboardInterrupt

    def _watch(self) -> None:
        while self._heard.recv(1) != bytes([signal.SIGINT]):
            pass
        time.sleep(_PATIENCE)
        self.tell()
        os._exit(130)

    def _unraisable(self, error: Any) -> None:
        if not self.came:
            sys.__unraisablehook__(error)

    def tell(self) -> None:
        """Say in one line that the command was interrupted."""
        if self.told:
            return
        self.told = True
        with suppress(OSError, ValueError):
            shown = "\x1b[?25h" if sys.stderr.isatty() else ""  # a bar hides the cursor
            sys.stderr.write(f"{shown}Avbrutet.\n")
            sys.stderr.flush()


def main() -> None:
    """Run the command line: exit 0, 2 for wrong usage, 1 for any other error, told in one line, 130 for Ctrl+C.

    What it consists of is loaded only here, so that Ctrl+C is seen from the beginning.
    """
    code, said = 1, ""
    interrupt = _Interrupt()
    try:
        from uvas_stats.cli.app import run

        code, said = run()
    except BaseException:  # what is being loaded when Ctrl+C comes may make another error of it
        if not interrupt.came:
            raise
    if interrupt.came:
        interrupt.tell()
        atexit._run_exitfuncs()
        os._exit(130)  # without waiting for threads that still fetch; exit() may also make a signal of the code
    if said:
        print(said, file=sys.stderr)
    raise SystemExit(code)
