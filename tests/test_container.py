"""The Dockerfile without Docker: its commands run in an empty environment, and what it serves is healthy and ends."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).parent.parent
DOCKERFILE = (REPOSITORY / "Dockerfile").read_text(encoding="utf-8")
PORT = 7860


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} (.*)$", DOCKERFILE, flags=re.MULTILINE)


def test_it_runs_as_nobody_in_particular_and_keeps_the_archive_outside():
    last_stage = DOCKERFILE.rpartition("\nFROM ")[2]
    user = re.search(r"^USER (\w+)$", last_stage, flags=re.MULTILINE)
    assert user
    assert user[1] != "root"
    assert "\nVOLUME /archive\n" in last_stage
    assert "PULLQUOTE_ARCHIVE=/archive" in last_stage
    assert last_stage.index("USER ") < last_stage.index("ENTRYPOINT ")


def test_what_it_copies_is_let_through_and_the_rest_is_not():
    lines = (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_through = {line.removeprefix("!") for line in lines if line.startswith("!")}
    copied = {name for line in instructions("COPY") if not line.startswith("--") for name in line.split()[:-1]}
    assert lines[1] == "*"
    assert copied == let_through
    assert all((REPOSITORY / name).exists() for name in copied)


def test_compose_gives_the_chat_time_to_answer_and_keeps_its_own_disk_unwritten():
    from pullquote.ui.server.serving import _CLOSING_S, _READING_S

    chat = yaml.safe_load((REPOSITORY / "compose.yaml").read_text(encoding="utf-8"))["services"]["chat"]
    assert int(chat["stop_grace_period"].removesuffix("s")) > _READING_S + _CLOSING_S
    assert chat["read_only"] is True
    assert "archive:/archive" in chat["volumes"]
    assert any(place.startswith("/tmp") for place in chat["tmpfs"])


@pytest.mark.wheel
def test_its_commands_make_an_environment_that_serves(tmp_path):
    venv, source, archive = tmp_path / "venv", tmp_path / "src", tmp_path / "archive"
    for line in instructions("COPY"):
        if not line.startswith("--"):
            *names, place = line.split()
            for name in names:
                copy(REPOSITORY / name, tmp_path / place.lstrip("/") / ("" if len(names) == 1 else name))
    build = [line for line in instructions("RUN") if "/opt/pullquote" in line]
    assert len(build) == 3
    for line in build:
        # Whoever runs this test says by pip's own settings where the CPU build of PyTorch is.
        line = line.replace('--extra-index-url "$TORCH_INDEX"', "")
        line = line.replace("/opt/pullquote", str(venv)).replace("/src", str(source))
        words = [sys.executable if word == "python" else word for word in shlex.split(line)]
        subprocess.run(words, check=True)
    (tmp_path / "mayor.txt").write_text("Tarn elects a mayor\n\nOdile Brandt was elected mayor of Tarn on Sunday.\n")
    environment = {**os.environ, "PATH": f"{venv / 'bin'}:{os.environ['PATH']}", "PULLQUOTE_ARCHIVE": str(archive)}
    ((entry,),), (command,) = (list(map(json.loads, instructions(name))) for name in ("ENTRYPOINT", "CMD"))
    subprocess.run([venv / "bin" / entry, "add", tmp_path / "mayor.txt"], check=True, env=environment)
    port = free_port()
    chat = subprocess.Popen([venv / "bin" / entry, *command, "--port", str(port)], env=environment)
    try:
        (check,) = re.findall(r"^HEALTHCHECK .*?CMD (\[.*\])$", DOCKERFILE, flags=re.MULTILINE)
        words = [word.replace(str(PORT), str(port)) for word in json.loads(check)]
        while subprocess.run(words, env=environment, check=False, stderr=subprocess.DEVNULL).returncode:
            assert chat.poll() is None
            time.sleep(1)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health") as reply:
            assert json.load(reply)["articles"] == 1
        chat.send_signal(signal.SIGTERM)
        assert chat.wait(timeout=60) == 0
    finally:
        chat.kill()
        chat.wait()
    for line in sizes(venv):
        print(line)


def copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def sizes(venv: Path) -> list[str]:
    """Return how many megabytes each folder of an environment takes, the largest first."""
    (packages,) = venv.glob("lib/python*/site-packages")
    found = [(folder_bytes(folder), folder.name) for folder in packages.iterdir() if folder.is_dir()]
    return [f"{size / 1e6:.0f} MB {name}" for size, name in sorted(found, reverse=True) if size > 5e6] + [
        f"{sum(size for size, _ in found) / 1e6:.0f} MB in all"
    ]


def folder_bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())
