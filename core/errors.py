"""Every error that Pullquote raises on purpose.

PullquoteError                 anything below; its text is one sentence fit for a user
├── InputError                 an argument is unusable: an empty question, a date that isn't one
├── SourceError                a source cannot be read; names the file (and line) and the cause
├── ArchiveError               the archive cannot be used as asked
│   ├── NotAnArchive           the directory is missing, or holds something else
│   ├── ArchiveLocked          another process is writing to it
│   ├── ArchiveTooNew          written by a later version of Pullquote
│   ├── ArchiveDamaged         its files contradict each other; `pullquote check --repair` may help
│   │   └── ArticleAltered     an article isn't what was stored any more: it is not quoted
│   └── ArchiveWriteFailed     the disk is full or refuses; what was committed before is intact
├── ModelError                 a model cannot be loaded
│   └── ModelMismatch          a model's weights or dimension are not those that the archive was made with
└── PackageMissing             a package of an extra isn't installed; also an ImportError
"""


class PullquoteError(Exception):
    """Base of every error that Pullquote raises on purpose; its text is one sentence for a user."""


class InputError(PullquoteError):
    """An argument is unusable as given."""


class SourceError(PullquoteError):
    """A source cannot be read."""


class ArchiveError(PullquoteError):
    """The archive cannot be used as asked."""

    @property
    def without_advice(self) -> str:
        """What is wrong, without what to run."""
        return str(self).partition("; run:")[0]


class NotAnArchive(ArchiveError):  # noqa: N818 - the name says the state, as FileNotFoundError's does
    """The directory is missing, or holds something that is not a Pullquote archive."""


class ArchiveLocked(ArchiveError):  # noqa: N818
    """Another process is writing to the archive."""


class ArchiveTooNew(ArchiveError):  # noqa: N818
    """The archive was written by a later version of Pullquote."""


class ArchiveDamaged(ArchiveError):  # noqa: N818
    """The archive's files contradict each other."""


class ArticleAltered(ArchiveDamaged):
    """An article isn't what was stored any more, so that it can't be quoted as printed.

    Attributes:
        name: its id, else the file it came from, as far as that can be told.
    """

    def __init__(self, name: str, archive: object) -> None:
        super().__init__(
            f"The article {name!r} of the archive {archive} was altered after it was stored and is not quoted; "
            "run: pullquote check --repair"
        )
        self.name = name


class ArchiveWriteFailed(ArchiveError):  # noqa: N818
    """The archive cannot be written; what was committed before is intact."""


class ModelError(PullquoteError):
    """A model cannot be loaded or run."""


class ModelMismatch(ModelError):  # noqa: N818
    """A model's weights or dimension are not those that the archive was made with."""


class PackageMissing(PullquoteError, ImportError):  # noqa: N818
    """A package that an extra of Pullquote brings isn't installed, or is too old.

    Attributes:
        extra: what to install.
    """

    def __init__(self, package: str, *, extra: str) -> None:
        super().__init__(f'This needs the package {package}; install it with: pip install "pullquote[{extra}]"')
        self.extra = extra
