"""How many questions are read at a time. Searching takes milliseconds, reading half a second of every core."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pullquote.answers import Answer
from pullquote.errors import PullquoteError

if TYPE_CHECKING:
    from pullquote.qa.engine import Progress

# The reader's matrices use every core by themselves; a second question fills the gaps that tokenizing leaves, and more
# only make the first cards wait for the last.
PLACES = 2


class ChatEnding(PullquoteError):  # noqa: N818 - the name says the state
    """The chat was told to end, and reads no further question."""

    def __init__(self) -> None:
        super().__init__("The chat is ending; ask again once it is back.")


@dataclass(slots=True)
class _Waiting:
    called: threading.Event
    admitted: bool = False


class ReadingQueue:
    """Lets so many questions be read at a time; of those that wait, the one asked first is next.

    Args:
        places: how many, 1 or more.
    """

    def __init__(self, places: int = PLACES) -> None:
        self._free = places
        self._lock = threading.Lock()
        self._quiet = threading.Condition(self._lock)
        self._tickets = itertools.count()
        self._waiting: list[tuple[int, _Waiting]] = []  # a heap
        self._asked = 0  # questions that have been taken and not been answered
        self._ending = False

    def steps(self, steps: Iterator[Progress]) -> Iterator[Progress]:
        """Yield an engine's steps up to the answer: the first, which only searches, at once, the rest in a place.

        Args:
            steps: of `Engine.ask_steps`, none of them taken yet.

        Raises:
            ChatEnding: the queue was told to end before the question was read.
        """
        with self._counted():
            ticket = next(self._tickets)
            step = next(steps)
            yield step
            while not isinstance(step, Answer):
                with self._place(ticket):
                    step = next(steps)
                yield step

    def end(self, within_s: float) -> bool:
        """Refuse the questions that wait or come, and return whether those that are read end within that time."""
        with self._lock:
            self._ending = True
            for _, waiting in self._waiting:
                waiting.called.set()
            self._waiting.clear()
            return self._quiet.wait_for(lambda: not self._asked, within_s)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._lock:
            if self._ending:
                raise ChatEnding
            self._asked += 1
        try:
            yield
        finally:
            with self._lock:
                self._asked -= 1
                self._quiet.notify_all()

    @contextmanager
    def _place(self, ticket: int) -> Iterator[None]:
        self._enter(ticket)
        try:
            yield
        finally:
            self._leave()

    def _enter(self, ticket: int) -> None:
        with self._lock:
            if self._ending:
                raise ChatEnding
            if self._free:
                self._free -= 1
                return
            waiting = _Waiting(threading.Event())
            heapq.heappush(self._waiting, (ticket, waiting))
        waiting.called.wait()
        if not waiting.admitted:
            raise ChatEnding

    def _leave(self) -> None:
        with self._lock:
            if self._waiting:
                # The place is handed on: nobody who comes just now can take it.
                _, waiting = heapq.heappop(self._waiting)
                waiting.admitted = True
                waiting.called.set()
            else:
                self._free += 1
