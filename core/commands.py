"""Running the command line of a module, as in `python -m pullquote.eval.combine`."""

from __future__ import annotations

import sys
from collections.abc import Callable

from pullquote.errors import InputError, PullquoteError
from pullquote.printable import printable

# As `pullquote` itself ends (`pullquote.ui.failures`).
_BAD_INPUT, _WRONG_USAGE, _INTERRUPTED = 1, 2, 130


def run(main: Callable[[], object]) -> None:
    """Run a module's `main`; what the user can mend is one sentence on stderr, without a traceback."""
    try:
        main()
    except PullquoteError as error:
        print(f"error: {' '.join(printable(str(error)).split())}", file=sys.stderr)
        sys.exit(_WRONG_USAGE if isinstance(error, InputError) else _BAD_INPUT)
    except KeyboardInterrupt:
        print("stopped.", file=sys.stderr)
        sys.exit(_INTERRUPTED)
