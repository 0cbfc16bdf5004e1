"""What tells whether a result that was kept is still of the same files, values and code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

import pullquote


def file_sha256(file: Path) -> str:
    """Return the SHA-256 of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def json_sha256(value: object) -> str:
    """Return the SHA-256 of a value's canonical JSON."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def files_sha256(paths: Iterable[Path]) -> str:
    """Return the SHA-256 of the contents of files, and of all files in folders.

    Raises:
        FileNotFoundError: one of them isn't there.
    """
    files = [file for path in paths for file in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    return json_sha256([(file.name, file_sha256(file)) for file in files if not file.is_dir()])


def code_sha256(*packages: str) -> str:
    """Return the SHA-256 of the code, and the fitted figures, of packages of Pullquote's; the core's always.

    Args:
        packages: such as "index", "qa".
    """
    modules = [pullquote, *(import_module(f"pullquote.{name}") for name in packages)]
    folders = [Path(module.__path__[0]) for module in modules]
    # The installed core has the other packages inside it, the repository's hasn't: only its own files count.
    return json_sha256(
        [
            (file.name, file_sha256(file))
            for number, folder in enumerate(folders)
            for file in sorted(folder.rglob("*") if number else folder.glob("*"))
            if file.suffix in (".py", ".json")
        ]
    )
