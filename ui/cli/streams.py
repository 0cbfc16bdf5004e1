"""Standard streams where there are none."""

from __future__ import annotations

import os
import sys


def open_missing_streams() -> None:
    """Put the null device where stdin, stdout or stderr is closed (`>&-`).

    Otherwise `print` finds no stream, and the next file that is opened, such as the archive's, has the number that
    libraries write their complaints to.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - until the process ends
