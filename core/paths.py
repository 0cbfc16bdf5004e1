"""Paths as people write them: "~" is the home folder."""

from __future__ import annotations

import os
from pathlib import Path

from pullquote.errors import InputError


def expanded(path: str | Path) -> Path:
    """Return a path with "~" or "~user" at its start replaced by that home folder.

    A path that exists under that very name is left as it is: a user may have a file called "~draft.txt".

    Raises:
        InputError: there is no such user, so that a folder named "~user" would be made.
    """
    told = os.path.expanduser(path)
    if told.startswith("~") and not os.path.lexists(told):
        named = Path(told).parts[0]
        raise InputError(
            f"{told} cannot be used: there is no home folder {named}; write ./{named} for one that lies here."
        )
    return Path(told)
