"""So many questions are read at a time, the first asked first, and searching waits for nobody."""

import threading

import pytest

from pullquote.answers import PassagesFound, Searched
from pullquote.ui.server.reading_queue import ChatEnding, ReadingQueue

import ui_fakes as fakes

FOUND = PassagesFound("Who?", None, (), Searched(2, 5), {})
WAIT_S = 30


class Questions:
    """Questions whose readings end when the test says so."""

    def __init__(self, queue, number):
        self.queue = queue
        self.read = [threading.Event() for _ in range(number)]  # set: may end
        self.found = [threading.Event() for _ in range(number)]
        self.reading = threading.Semaphore(0)  # one more for each reading that has begun
        self.begun, self.threads = [], []

    def _steps(self, place):
        yield FOUND
        self.begun.append(place)
        self.reading.release()
        assert self.read[place].wait(WAIT_S)
        yield fakes.answered()

    def _ask(self, place):
        for step in self.queue.steps(self._steps(place)):
            if step is FOUND:
                self.found[place].set()

    def ask(self, place):
        """Ask, and wait until the passages are there."""
        self.threads.append(threading.Thread(target=self._ask, args=(place,), daemon=True))
        self.threads[-1].start()
        assert self.found[place].wait(WAIT_S)

    def next_begun(self):
        assert self.reading.acquire(timeout=WAIT_S)
        return self.begun[-1]

    def waiting(self, number):
        """Wait until so many questions wait for a place."""
        for _ in range(WAIT_S * 1000):
            if len(self.queue._waiting) == number:
                return
            threading.Event().wait(0.001)
        pytest.fail(f"{len(self.queue._waiting)} wait, not {number}")


def test_eight_are_found_two_are_read_and_in_order_of_asking():
    asked = Questions(ReadingQueue(2), 8)
    for place in range(8):
        asked.ask(place)
        asked.waiting(max(0, place - 1))
    assert sorted([asked.next_begun(), asked.next_begun()]) == [0, 1] or sorted(asked.begun) == [0, 1]
    for place in range(6):
        asked.read[place].set()
        assert asked.next_begun() == place + 2
        assert len(asked.begun) == place + 3
    for event in asked.read:
        event.set()
    for thread in asked.threads:
        thread.join(WAIT_S)
    assert asked.begun[2:] == [2, 3, 4, 5, 6, 7]


def test_whoever_asked_first_is_next_even_if_the_search_took_longer():
    queue = ReadingQueue(1)
    asked = Questions(queue, 3)
    asked.ask(0)
    asked.next_begun()
    slow, quick = queue.steps(asked._steps(1)), queue.steps(asked._steps(2))
    assert (next(slow), next(quick)) == (FOUND, FOUND)  # asked in this order
    threads = [threading.Thread(target=next, args=(steps,), daemon=True) for steps in (quick, slow)]
    for number, thread in enumerate(threads, 1):
        thread.start()
        asked.waiting(number)
    for event in asked.read:
        event.set()
    for thread in (*threads, *asked.threads):
        thread.join(WAIT_S)
    assert asked.begun == [0, 1, 2]


def test_a_reading_that_fails_leaves_its_place():
    queue = ReadingQueue(1)

    def broken():
        yield FOUND
        raise ZeroDivisionError("a bug")

    for _ in range(3):
        steps = queue.steps(broken())
        assert next(steps) is FOUND
        with pytest.raises(ZeroDivisionError):
            next(steps)
    assert queue._free == 1


def test_a_search_that_fails_takes_no_place():
    def broken():
        raise ZeroDivisionError("a bug")
        yield

    queue = ReadingQueue(1)
    with pytest.raises(ZeroDivisionError):
        next(queue.steps(broken()))
    assert queue._free == 1


def test_who_leaves_before_reading_takes_no_place():
    queue = ReadingQueue(1)
    steps = queue.steps(iter([FOUND, fakes.answered()]))
    next(steps)
    steps.close()
    assert queue._free == 1


def test_at_the_end_what_is_read_is_answered_and_the_others_are_refused():
    queue = ReadingQueue(1)
    asked = Questions(queue, 1)
    asked.ask(0)
    asked.next_begun()
    waiting = queue.steps(iter([FOUND, fakes.answered()]))
    assert next(waiting) is FOUND
    refused = []

    def wait():
        with pytest.raises(ChatEnding) as caught:
            next(waiting)
        refused.append(str(caught.value))

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    asked.waiting(1)
    assert queue.end(0.0) is False
    thread.join(WAIT_S)
    assert refused == ["The chat is ending; ask again once it is back."]
    with pytest.raises(ChatEnding):
        next(queue.steps(iter([FOUND])))
    asked.read[0].set()
    assert queue.end(WAIT_S) is True
