"""A lexical index in a folder that this user may not write to: seen through a folder of links.

tantivy makes a lock file before it reads. Files of segments never change: links to them are enough. A writer replaces
the list of segments: it is copied.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path

from pullquote.index.backends.lexical_stamp import MANAGED, META

_COPIED = {META, MANAGED}
_NOT_NEEDED = {".tantivy-meta.lock", ".tantivy-writer.lock"}


class ReadOnlyView:
    """A temporary folder with what a lexical index holds now; it goes when this object does.

    Raises:
        OSError: something can't be read.
    """

    def __init__(self, source: Path) -> None:
        self._source = source
        self.folder = Path(tempfile.mkdtemp(prefix="pullquote-"))
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        self._list = (source / META).read_bytes()
        for file in source.iterdir():
            if file.name in _COPIED:
                shutil.copyfile(file, self.folder / file.name)
            elif file.name not in _NOT_NEEDED:
                _link(file.resolve(), self.folder / file.name)

    def is_old(self) -> bool:
        """Return whether somebody else has written to the index since."""
        return (self._source / META).read_bytes() != self._list


def _link(file: Path, place: Path) -> None:
    try:
        place.symlink_to(file)
    except OSError:  # Windows lets few users make links
        shutil.copyfile(file, place)
