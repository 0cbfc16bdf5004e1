"""Who may use the chat: names and hashed passwords in a file, one `user:scrypt$n$r$p$salt$hash` a line."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import os
import tempfile
import threading
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock, Timeout

from pullquote.errors import InputError, SourceError

# OWASP's Password Storage Cheat Sheet gives n=2^15, r=8, p=3 among equally strong settings; this one needs 32 MiB
# a check, and 0.2 s of a core.
_N, _R, _P = 2**15, 8, 3
_SALT_BYTES, _HASH_BYTES = 16, 32
# What a line may ask for: below, guessing is cheap; above, one sign-in takes gigabytes or minutes.
_N_BOUNDS, _R_BOUNDS, _P_BOUNDS = (2**14, 2**20), (8, 32), (1, 16)
_BOUNDS = (_N_BOUNDS, _R_BOUNDS, _P_BOUNDS)
_MAX_MEMORY_BYTES = 2**30
_MAX_USER_CHARS, _MIN_PASSWORD_CHARS, _MAX_PASSWORD_CHARS = 64, 8, 1024
_LINE = "user:scrypt$n$r$p$salt$hash"


@dataclass(frozen=True, slots=True)
class _Hashed:
    n: int
    r: int
    p: int
    salt: bytes
    hash: bytes

    def line(self) -> str:
        salt, digest = (base64.b64encode(part).decode() for part in (self.salt, self.hash))
        return f"scrypt${self.n}${self.r}${self.p}${salt}${digest}"


class Accounts:
    """The users of a file. Make one with `Accounts.load`; what it holds in memory are hashes, too."""

    def __init__(self, users: dict[str, _Hashed]) -> None:
        self._users = users
        # Hashed for an unknown user, so that the time a refusal takes doesn't tell who has an account.
        like = next(iter(users.values()), _Hashed(_N, _R, _P, b"", b""))
        self._nobody = _Hashed(like.n, like.r, like.p, os.urandom(_SALT_BYTES), os.urandom(_HASH_BYTES))
        # One at a time: a flood of sign-ins then takes one core and 32 MiB, and leaves the other to those inside.
        self._hashing = threading.Lock()

    @classmethod
    def load(cls, file: Path) -> Accounts:
        """Return the accounts of a file. Blank lines and lines that begin with "#" are passed over.

        Raises:
            SourceError: it cannot be read, has no user, or a line is not as it should be; names file and line.
        """
        users = _users(file)
        if not users:
            raise SourceError(f"{file} names no user; a line is {_LINE}.")
        return cls(users)

    def __len__(self) -> int:
        return len(self._users)

    def check(self, user: str, password: str) -> bool:
        """Return whether that is the user's password; takes as long for a user who doesn't exist."""
        known = self._users.get(_normal(user))
        hashed = known or self._nobody
        if len(password) > _MAX_PASSWORD_CHARS:
            password = ""
        with self._hashing:
            found = _scrypt(password, hashed)
        return hmac.compare_digest(found, hashed.hash) and known is not None

    async def sign_in(self, user: str, password: str) -> bool:
        """Return what `check` does without holding up the event loop; for Gradio's `launch(auth=accounts.sign_in)`.

        Gradio calls a plain function in its event loop, where 0.2 s of hashing would stop everyone's answers.
        """
        return await asyncio.to_thread(self.check, user, password)


def add_user(file: Path, user: str, password: str) -> None:
    """Put a user with a hashed password into a file, in place of the line that the user may have there.

    A new file can be read by its owner only. The file is replaced whole or not at all.

    Raises:
        InputError: the name or the password can't be used.
        SourceError: the file cannot be read or written, or has a bad line.
    """
    user = _normal(user)
    if problem := _problem_with(user, password):
        raise InputError(problem)
    if not file.parent.is_dir():
        raise SourceError(f"{file} cannot be written: there is no folder {file.parent}.")
    try:
        with FileLock(f"{file}.lock", timeout=10, mode=0o600):
            kept = []
            if file.exists():
                _users(file)  # a file with a bad line is not ours to change
                kept = [line for line in _lines(file) if line.strip() and _user_of(line) != user]
            _replace(file, "".join(line + "\n" for line in [*kept, f"{user}:{_hashed(password).line()}"]))
    except Timeout as error:
        raise SourceError(f"{file} is being changed by another process; try again.") from error
    except OSError as error:
        raise SourceError(f"{file} cannot be written: {error.strerror}.") from error


def _problem_with(user: str, password: str) -> str:
    if not user or len(user) > _MAX_USER_CHARS:
        return f"A user's name must have 1 to {_MAX_USER_CHARS} characters."
    if ":" in user or user.startswith("#") or not user.isprintable():
        return "A user's name must not hold a colon or characters that can't be printed, nor begin with #."
    if not _MIN_PASSWORD_CHARS <= len(password) <= _MAX_PASSWORD_CHARS:
        return f"A password must have {_MIN_PASSWORD_CHARS} to {_MAX_PASSWORD_CHARS:,} characters."
    return ""


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise SourceError(f"The accounts file {file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise SourceError(f"The accounts file {file} cannot be read: it is not UTF-8.") from error


def _users(file: Path) -> dict[str, _Hashed]:
    """Return the users of a file with their hashed passwords.

    Raises:
        SourceError: it cannot be read, or a line is not as it should be; names file and line.
    """
    users: dict[str, _Hashed] = {}
    for number, line in enumerate(_lines(file), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            user, hashed = _parsed(line)
            if user in users:
                raise ValueError(f"the user {user!r} stands there twice")
        except ValueError as error:
            raise SourceError(f"{file}:{number}: {error}.") from error
        users[user] = hashed
    return users


def _user_of(line: str) -> str:
    """Return the user of a line; of blank lines and comments, something that no user is called."""
    return "#" if line.startswith("#") else _normal(line.partition(":")[0])


def _replace(file: Path, text: str) -> None:
    """Write a file whole or not at all, to be read by its owner only."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # mkstemp's mode is 0600
    temporary = Path(name)
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _parsed(line: str) -> tuple[str, _Hashed]:
    """Return the user and the hashed password of a line.

    Raises:
        ValueError: the line is not as it should be; never repeats what stands there, which may be a password.
    """
    name, colon, rest = line.rstrip("\r").partition(":")
    fields = rest.strip().split("$")
    user = _normal(name)
    if not colon or not user:
        raise ValueError(f"a line must be {_LINE}")
    if fields[0] != "scrypt" or len(fields) != 6:
        raise ValueError(f"the password of {user!r} isn't hashed as scrypt$n$r$p$salt$hash")
    try:
        n, r, p = (int(field) for field in fields[1:4])
        salt, digest = (base64.b64decode(field, validate=True) for field in fields[4:])
    except (ValueError, binascii.Error):
        raise ValueError(f"n, r, p must be numbers and salt and hash base64, for the user {user!r}") from None
    bounded = all(low <= value <= high for value, (low, high) in zip((n, r, p), _BOUNDS, strict=True))
    if not bounded or n & (n - 1) or 128 * n * r > _MAX_MEMORY_BYTES:
        raise ValueError(f"n, r, p of the user {user!r} are too weak, too large, or n is no power of 2")
    if len(salt) < _SALT_BYTES or len(digest) < _HASH_BYTES:
        raise ValueError(f"the salt of the user {user!r} has less than {_SALT_BYTES} bytes, or the hash {_HASH_BYTES}")
    return user, _Hashed(n, r, p, salt, digest)


def _normal(user: str) -> str:
    """Return a name as it is compared: an accent is the same whether typed as one character or two."""
    return unicodedata.normalize("NFC", user).strip()


def _hashed(password: str) -> _Hashed:
    """Return a password hashed with a salt of its own."""
    empty = _Hashed(_N, _R, _P, os.urandom(_SALT_BYTES), b"")
    return replace(empty, hash=_scrypt(password, empty))


def _scrypt(password: str, hashed: _Hashed) -> bytes:
    normal = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    memory = 128 * hashed.r * (hashed.n + hashed.p + 2)
    return hashlib.scrypt(
        normal,
        salt=hashed.salt,
        n=hashed.n,
        r=hashed.r,
        p=hashed.p,
        maxmem=2 * memory,
        dklen=len(hashed.hash) or _HASH_BYTES,
    )
