"""How command lines end, and running that of a module, as in `python -m pullquote.eval.fitting.combine`."""

from __future__ import annotations

import sys
from collections.abc import Callable

from pullquote.errors import InputError, PullquoteError
from pullquote.printable import one_line

BAD_INPUT = 1
WRONG_USAGE = 2
# 128 + the signal's number, as shells report it.
INTERRUPTED = 130


def run(main: Callable[[], object]) -> None:
    """Run a module's `main`; what the user can mend is one sentence on stderr, without a traceback."""
    try:
        main()
    except PullquoteError as error:
        print(f"error: {one_line(str(error))}", file=sys.stderr)
        sys.exit(WRONG_USAGE if isinstance(error, InputError) else BAD_INPUT)
    except KeyboardInterrupt:
        print("stopped.", file=sys.stderr)
        sys.exit(INTERRUPTED)
