"""What may be unpacked out of one file, however deep its members lie in one another."""

from __future__ import annotations

from dataclasses import dataclass

from pullquote.index.sources.files import Unreadable, megabytes
from pullquote.index.sources.streams import MAX_UNPACKED_RATIO

# A year of a web archive is some GB; text packs to a tenth. A bomb has petabytes in 42 kB.
MAX_UNPACKED_BYTES = 20_000_000_000
# What is small unpacked may be packed as it likes.
UNPACKED_FREELY_BYTES = 200_000_000

# A newspaper's archive of 300 years has some million pages; they come in many files.
MAX_MEMBERS = 1_000_000

# An export in a mail in a mail in an archive; bombs nest ten and more deep.
MAX_DEPTH = 4


@dataclass(slots=True)
class Allowance:
    """How much more may come out of a file.

    Attributes:
        bytes_left: of all members, unpacked.
        members_left: how many.
    """

    bytes_left: int
    members_left: int = MAX_MEMBERS

    @classmethod
    def of(cls, packed_bytes: int) -> Allowance:
        """Return what may come out of a file of this size."""
        return cls(min(MAX_UNPACKED_BYTES, max(UNPACKED_FREELY_BYTES, MAX_UNPACKED_RATIO * packed_bytes)))

    def take(self, size_bytes: int) -> None:
        """Count one more member.

        Raises:
            Unreadable: it is one too many, or too large.
        """
        self.members_left -= 1
        if self.members_left < 0:
            raise Unreadable(f"holds more than {MAX_MEMBERS:,} files; nothing is read from here on")
        if size_bytes > self.bytes_left:
            raise Unreadable(
                f"unpacks to more than the {megabytes(self.bytes_left)} still allowed for the file that it lies in"
            )
        self.bytes_left -= size_bytes
