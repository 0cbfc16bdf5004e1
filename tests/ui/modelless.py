"""Starting `modelless_process.py`: a command, or a chat that is waited for."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from fakes import made_up_news

SCRIPT = Path(__file__).with_name("modelless_process.py")


def write_news(file, count, *, seed=5, first=0):
    """Write invented articles, and return the file."""
    rows = made_up_news(count, seed=seed, first=first)
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def started(archive, *arguments, reading_s=0.0, embedding_s=0.0, **options):
    """Start a command on an archive."""
    slow = {"READING_S": str(reading_s), "EMBEDDING_S": str(embedding_s)}
    environment = {**os.environ, "PULLQUOTE_ARCHIVE": str(archive), "TMPDIR": str(archive.parent), **slow}
    return subprocess.Popen([sys.executable, str(SCRIPT), *arguments], env=environment, **options)


def command(archive, *arguments):
    """Run a command on an archive; return what it printed."""
    process = started(archive, *arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, told = process.communicate(timeout=120)
    assert process.returncode == 0, told
    return out


class Chat:
    """A chat on an archive, served; `told` is what it wrote to stderr."""

    def __init__(self, archive, *options, reading_s=0.0):
        # A file, not a pipe, which would hold the process up once it is full.
        self._told = Path(tempfile.mkstemp(dir=archive.parent)[1])
        with self._told.open("w") as stream:
            self.process = started(archive, "chat", "--port", "0", *options, reading_s=reading_s, stderr=stream)
        while not (found := re.search(r"the chat is at (\S+?)/ ", self.told)):
            assert self.process.poll() is None, self.told
            time.sleep(0.05)
        self.client = httpx.Client(base_url=found[1], trust_env=False, timeout=60)

    @property
    def told(self):
        return self._told.read_text()

    def ask(self, question):
        return self.client.post("/gradio_api/run/ask", json={"data": [question, *[None] * 5]})

    def end(self, number):
        """Send a signal; return the exit code."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self):
        try:
            return self.process.wait(timeout=60)
        finally:
            self.client.close()
            self.process.kill()
