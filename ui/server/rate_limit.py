"""How much one visitor may ask: so many questions a minute, and none of them a book."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from pullquote.errors import InputError
from pullquote.index.search.searching import MAX_QUERY_CHARS, check_query
from pullquote.ui.wording import count

# A person on deadline doesn't type a question every two seconds for a minute; ten clicks on examples in a row happen.
PER_MINUTE, BURST = 30.0, 10
# Visitors that are remembered. An idle one is forgotten first, which gives it a full bucket: never less than its due.
_VISITORS = 10_000
# In the chat a question is a line or two; whole articles are for the Archive tab.
MAX_QUESTION_CHARS = 1000


class TooManyQuestions(InputError):  # noqa: N818 - the name says the state
    """A visitor asks faster than is allowed.

    Attributes:
        wait_s: after how many seconds the next question is let through.
    """

    def __init__(self, wait_s: float) -> None:
        super().__init__(later("Too many questions at once", wait_s))
        self.wait_s = wait_s


class RateLimit:
    """A token bucket a visitor: `burst` questions at once, refilled at `per_minute`.

    Args:
        per_minute: questions a minute in the long run; above 0.
        burst: questions in a row; 1 or more.
        clock: seconds that only go forward.
    """

    def __init__(
        self, *, per_minute: float = PER_MINUTE, burst: int = BURST, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if not (per_minute > 0 and burst >= 1):
            raise InputError("A rate limit needs more than 0 questions a minute and a burst of 1 or more.")
        self._per_second = per_minute / 60
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # visitor: (tokens, when that was)
        self._lock = threading.Lock()

    def take(self, visitor: str) -> float:
        """Return 0.0 and count one question, or return the seconds to wait and count none."""
        with self._lock:
            now = self._clock()
            tokens, then = self._buckets.pop(visitor, (float(self._burst), now))
            tokens = min(float(self._burst), tokens + (now - then) * self._per_second)
            # Half a nanosecond's worth of a token is rounding, not haste.
            allowed = tokens >= 1 - 1e-9
            self._buckets[visitor] = (max(0.0, tokens - 1) if allowed else tokens, now)
            while len(self._buckets) > _VISITORS:
                self._buckets.popitem(last=False)
            return 0.0 if allowed else (1 - tokens) / self._per_second

    def give_back(self, visitor: str) -> None:
        """Uncount one question."""
        with self._lock:
            if visitor in self._buckets:
                tokens, then = self._buckets[visitor]
                self._buckets[visitor] = (min(float(self._burst), tokens + 1), then)

    def check(self, visitor: str) -> None:
        """Count one question.

        Raises:
            TooManyQuestions: there were too many; says how long to wait.
        """
        wait_s = self.take(visitor)
        if wait_s > 0:
            raise TooManyQuestions(wait_s)


def later(sentence: str, wait_s: float) -> str:
    """Return a sentence that ends in how long to wait: "Too many wrong passwords; try again in 6 seconds."."""
    return f"{sentence}; try again in {count(math.ceil(wait_s), 'second')}."


def check_question(question: str, *, max_chars: int = MAX_QUESTION_CHARS) -> str:
    """Return the question without surrounding white space.

    Raises:
        InputError: it is empty, holds no letter or digit, or has more than `max_chars` characters.
    """
    checked = check_query(question)
    if len(checked) > min(max_chars, MAX_QUERY_CHARS):
        raise InputError(f"The question has {len(checked):,} characters; at most {max_chars:,} are allowed.")
    return checked
