"""The answers that an interrupted `ask --questions` left in its output, so that these questions aren't asked again.

Each line of an output has `asked`, a hash of the question's row and of all that decides its answer. A line counts as
answered if the hash of a row of the questions is the same. Lines are kept byte for byte.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from pullquote.errors import InputError, SourceError
from pullquote.ui.printable import write_json
from pullquote.whole_files import write_whole

# Of a SHA-256, in hexadecimal digits: among a million questions two are alike by chance once in 10^7 runs.
_HASH_DIGITS = 16
# A question of which row has this hash, and the how-manieth of those with the same one.
Key = tuple[str, int]


def asked_hash(*decides: object) -> str:
    """Return the hash of what decides an answer: values that JSON has."""
    known = json.dumps(decides, sort_keys=True, default=str)
    return hashlib.sha256(known.encode("utf-8", "replace")).hexdigest()[:_HASH_DIGITS]


class NumberedHashes:
    """Tells equal rows of one file apart by their number."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def key(self, asked: str) -> Key:
        """Return the key of the next row with this hash."""
        self._seen[asked] += 1
        return asked, self._seen[asked]


class KeptAnswers:
    """An output file of answers, one a line.

    Args:
        file: made where it is missing.
        wanted: the keys of all rows of the questions, in their order.
        restart: begin anew, whatever the file holds.

    Raises:
        InputError: the file holds something else than answers, which would be lost.
        SourceError: it can't be read.
        OSError: it can't be written.
    """

    def __init__(self, file: Path, wanted: Iterable[Key], *, restart: bool = False) -> None:
        self._file = file
        self._wanted = list(wanted)
        self._places: dict[Key, tuple[int, int]] = {}
        self._order: list[Key] = []
        lines = [] if restart else list(self._whole_lines())
        kept = [(key, line) for key, line in self._keyed(lines) if key is not None]
        self.left_out = len(lines) - len(kept)
        if restart or self.left_out or self._is_torn():
            write_whole(file, b"".join(line for _, line in kept))
        at = 0
        for key, line in kept:
            self._note(key, at, len(line))
            at += len(line)
        self._stream: IO[bytes] = file.open("ab")
        self._end = at

    def __contains__(self, key: Key) -> bool:
        return key in self._places

    def __len__(self) -> int:
        return len(self._places)

    def append(self, key: Key, answer: Mapping[str, Any]) -> None:
        """Write an answer behind the others; a kill leaves it whole or torn, and a torn one is asked again."""
        line = _line(answer)
        self._stream.write(line)
        self._stream.flush()
        self._note(key, self._end, len(line))
        self._end += len(line)

    def close(self) -> None:
        """End the file: on the disk, and, once all is answered, in the order of the questions."""
        with contextlib.closing(self._stream):
            self._stream.flush()
            os.fsync(self._stream.fileno())
        if len(self._places) == len(self._wanted) and self._order != self._wanted:
            data = self._file.read_bytes()
            ordered = (data[start : start + length] for start, length in map(self._places.__getitem__, self._wanted))
            write_whole(self._file, b"".join(ordered))

    def _note(self, key: Key, start: int, length: int) -> None:
        self._places[key] = start, length
        self._order.append(key)

    def _whole_lines(self) -> Iterator[bytes]:
        try:
            with self._file.open("rb") as stream:
                for number, line in enumerate(stream, 1):
                    if not line.endswith(b"\n"):
                        return  # torn by a kill: whatever it was, it is asked again
                    if not _is_answer(line):
                        raise InputError(
                            f"{self._file}:{number} is no answer, so that the file holds something else; name another "
                            "file for the answers, or begin this one anew: --restart"
                        )
                    yield line
        except FileNotFoundError:
            return
        except OSError as error:
            raise SourceError(f"{self._file} cannot be read: {error.strerror}.") from error

    def _keyed(self, lines: Iterable[bytes]) -> Iterator[tuple[Key | None, bytes]]:
        """Yield each line with its key; None for one that belongs to no row, and for an error, which is tried again."""
        wanted, numbered = set(self._wanted), NumberedHashes()
        for line in lines:
            row = json.loads(line)
            key = numbered.key(row["asked"]) if "error" not in row and isinstance(row.get("asked"), str) else None
            yield (key if key in wanted else None), line

    def _is_torn(self) -> bool:
        with contextlib.suppress(FileNotFoundError), self._file.open("rb") as stream:
            if stream.seek(0, os.SEEK_END):
                stream.seek(-1, os.SEEK_END)
                return stream.read(1) != b"\n"
        return False


def _is_answer(line: bytes) -> bool:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(row, dict) and "id" in row and ("error" in row or "question" in row)


def _line(answer: Mapping[str, Any]) -> bytes:
    written = io.StringIO()
    write_json(answer, written)
    return written.getvalue().encode()
