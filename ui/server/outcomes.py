"""What became of a question: its status, and its line in the chat's log."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from pullquote.errors import InputError, PullquoteError
from pullquote.ui.server.rate_limit import TooManyQuestions
from pullquote.ui.server.request_log import note

# nginx's number for a visitor who went away before the answer came.
GONE = 499


def status_of(error: BaseException) -> int:
    """Return the HTTP status that an error stands for."""
    if isinstance(error, GeneratorExit):
        return GONE
    if isinstance(error, TooManyQuestions):
        return 429
    if isinstance(error, InputError):
        return 400
    return 503 if isinstance(error, PullquoteError) else 500


@contextlib.contextmanager
def noted(what: str, *, visitor: str, question: str = "") -> Iterator[None]:
    """Write a line to the log about the body, once it is done or has failed.

    Args:
        what: "question", "search" or "article".
        visitor: the account, else the address.
        question: what was asked.
    """
    begun = time.perf_counter()
    try:
        yield
    except (Exception, GeneratorExit) as error:
        said = str(error) if isinstance(error, PullquoteError) else ""
        note(what, status=status_of(error), begun=begun, visitor=visitor, question=question, message=said)
        raise
    note(what, status=200, begun=begun, visitor=visitor, question=question)
