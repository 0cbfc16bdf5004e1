"""Where uploads lie while they are added: a folder that only this process's user can read, gone when the chat ends.

Gradio's own default, /tmp/gradio, is the same for all users and processes of a machine: whoever makes it first owns
what the others upload, and everybody can read it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from pullquote.errors import InputError
from pullquote.ui.server.middleware.refusals import refuse

_VARIABLE = "GRADIO_TEMP_DIR"
# Four of the largest uploads; what was uploaded and never added is deleted after an hour.
SPACE_BYTES = 2_000_000_000
# A part of an upload comes within seconds (`bounded_body.IDLE_S`): what lies untouched for so long was broken off.
_BROKEN_OFF_S = 600.0
_RETRY_AFTER_S = 3600.0


@contextlib.contextmanager
def upload_folder() -> Iterator[Path]:
    """Give the folder for uploads, and have Gradio use it; call it before the page is built.

    It is made inside the folder that GRADIO_TEMP_DIR names, by default that of the system's temporary files.

    Raises:
        InputError: it can't be made there.
    """
    before = os.environ.get(_VARIABLE)
    try:
        folder = private_folder("pullquote-chat-").resolve()
    except OSError as error:
        where = before or "the folder for temporary files"
        raise InputError(f"Uploads cannot be kept in {where} ({error.strerror}); set TMPDIR to another.") from error
    os.environ[_VARIABLE] = str(folder)
    try:
        yield folder
    finally:
        if before is None:
            os.environ.pop(_VARIABLE, None)
        else:
            os.environ[_VARIABLE] = before
        shutil.rmtree(folder, ignore_errors=True)


def private_folder(prefix: str) -> Path:
    """Return a new folder that only this user can read; inside that of `upload_folder` where there is one."""
    return Path(tempfile.mkdtemp(prefix=prefix, dir=os.environ.get(_VARIABLE) or None))  # its mode is 0700


def is_upload(scope: Scope) -> bool:
    """Return whether a request is one for Gradio's upload of files."""
    return scope["type"] == "http" and str(scope["path"]).rstrip("/").endswith("/upload")


class UploadSpaceLimit:
    """ASGI middleware: an upload gets status 507 while too much that nobody has added yet lies there.

    Args:
        app: what serves.
        folder: of `upload_folder`.
    """

    def __init__(self, app: ASGIApp, *, folder: Path) -> None:
        self._app = app
        self._folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        upload = is_upload(scope) and scope["method"] == "POST"
        # Looking at each file waits for a disk, during which the others are served.
        if upload and await run_in_threadpool(_kept_bytes, self._folder) > SPACE_BYTES:
            sentence = "There is no room for more uploads; add or drop those that were chosen, or try again in an hour."
            await refuse(scope, receive, send, 507, sentence, retry_after_s=_RETRY_AFTER_S)
            return
        await self._app(scope, receive, send)


def _kept_bytes(folder: Path) -> int:
    """Return how many bytes lie in the folder, after deleting what was broken off."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            file = os.path.join(parent, name)
            with contextlib.suppress(FileNotFoundError):
                facts = os.stat(file)
                # Gradio writes into the folder itself, and moves what is whole into folders of its own.
                if parent == str(folder) and time.time() - facts.st_mtime > _BROKEN_OFF_S:
                    os.unlink(file)
                else:
                    total += facts.st_size
    return total
