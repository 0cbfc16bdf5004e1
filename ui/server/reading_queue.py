"""How many questions are read at a time. Searching takes milliseconds, reading half a second of every core."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pullquote.answers import Answer

if TYPE_CHECKING:
    from pullquote.qa.engine import Progress

# The reader's matrices use every core by themselves; a second question fills the gaps that tokenizing leaves, and more
# only make the first cards wait for the last.
PLACES = 2


class ReadingQueue:
    """Lets so many questions be read at a time; of those that wait, the one asked first is next.

    Args:
        places: how many, 1 or more.
    """

    def __init__(self, places: int = PLACES) -> None:
        self._free = places
        self._lock = threading.Lock()
        self._tickets = itertools.count()
        self._waiting: list[tuple[int, threading.Event]] = []  # a heap

    def steps(self, steps: Iterator[Progress]) -> Iterator[Progress]:
        """Yield an engine's steps up to the answer: the first, which only searches, at once, the rest in a place.

        Args:
            steps: of `Engine.ask_steps`, none of them taken yet.
        """
        ticket = next(self._tickets)
        step = next(steps)
        yield step
        while not isinstance(step, Answer):
            with self._place(ticket):
                step = next(steps)
            yield step

    @contextmanager
    def _place(self, ticket: int) -> Iterator[None]:
        self._enter(ticket)
        try:
            yield
        finally:
            self._leave()

    def _enter(self, ticket: int) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            called = threading.Event()
            heapq.heappush(self._waiting, (ticket, called))
        called.wait()

    def _leave(self) -> None:
        with self._lock:
            if self._waiting:
                # The place is handed on: nobody who comes just now can take it.
                heapq.heappop(self._waiting)[1].set()
            else:
                self._free += 1
