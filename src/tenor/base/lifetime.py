"""Whether this process is on its way out.

The server ends requests before it ends the application, so what waits on purpose has to hear of the end earlier: with
the signal itself.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Lifetime:
    """Ends when the process is told to end."""

    def __init__(self) -> None:
        self.ending = False

    @contextmanager
    def ended_by_signals(self) -> Iterator[None]:
        """Take notice of SIGTERM and SIGINT, and leave what they do to whoever handled them before.

        Signals reach a process's main thread alone; elsewhere nothing is changed.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

        def end(number: int, frame: FrameType | None) -> None:
            self.ending = True
            handler = before[signal.Signals(number)]
            if callable(handler):
                handler(number, frame)

        for number, handler in before.items():
            # What nobody handles in Python is the system's to do, and needs no notice of ours.
            if callable(handler):
                signal.signal(number, end)
        try:
            yield
        finally:
            for number, handler in before.items():
                if callable(handler):
                    signal.signal(number, handler)
