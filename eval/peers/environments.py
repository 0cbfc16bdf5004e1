"""Where the systems of the comparison run: environments of their own, and results that are kept."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pullquote.eval.gold.hashes import code_sha256, files_sha256, json_sha256
from pullquote.eval.peers.peer_protocol import ANSWERS_FILE, FACTS_FILE

SCRIPTS = Path(__file__).parent
# What Pullquote's own environment is known by; a new linter in it changes no result.
_UNDERNEATH = ("torch", "transformers", "sentence-transformers", "tokenizers", "numpy", "faiss-cpu", "tantivy")
_LIST = (
    "import json, importlib.metadata as m; "
    "print(json.dumps(sorted({f'{d.name}=={d.version}' for d in m.distributions()})))"
)


@dataclass(frozen=True, slots=True)
class Peer:
    """A system to compare with.

    Attributes:
        name: as `--peers` and the files have it.
        title: for people; the version of `versioned` comes after it.
        versioned: the distribution that is meant.
        requirements: what its environment needs; empty where it runs in Pullquote's own.
        module: it is a module of Pullquote's, not a script that runs by its path.
    """

    name: str
    title: str
    versioned: str
    requirements: tuple[str, ...] = ()
    module: bool = False

    @property
    def script(self) -> Path:
        """The file that drives it."""
        return SCRIPTS / f"{self.name}_peer.py"


PULLQUOTE = Peer("pullquote", "Pullquote", "pullquote", module=True)
PEERS = {
    peer.name: peer
    for peer in (
        Peer(
            "haystack",
            "Haystack",
            "haystack-ai",
            # 3.4.1 asks for a certifi that the package index didn't have on the day this was written.
            ("haystack-ai==3.4.0", "sentence-transformers-haystack==2.0.0", "transformers-haystack==2.0.0"),
        ),
        Peer("txtai", "txtai", "txtai", ("txtai==9.14.0",)),
        Peer("encode", "`encode` of sentence-transformers", "sentence-transformers"),
        Peer("bm25", "BM25 by tantivy", "tantivy", module=True),
    )
}


class PeerFailed(Exception):  # noqa: N818 - the peer's failure, not an error of the comparison
    """A system could not be installed or did not finish; its text is one sentence."""


def environment(threads: int) -> dict[str, str]:
    """Return the environment variables of every system: so many threads, offline, no telemetry."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    counts = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")
    return {
        **kept,
        **dict.fromkeys(counts, str(threads)),
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "DO_NOT_TRACK": "1",
        "HAYSTACK_TELEMETRY_ENABLED": "False",
        "TOKENIZERS_PARALLELISM": "false" if threads == 1 else "true",
        "PYTHONNOUSERSITE": "1",
    }


def shared_requirements() -> tuple[str, ...]:
    """Return the libraries under all systems, in the versions that Pullquote runs with here; torch first."""
    # "2.13.0+cpu" is of the wheel; an index knows 2.13.0.
    names = ("torch", "transformers", "sentence-transformers")
    return tuple(f"{name}=={version(name).partition('+')[0]}" for name in names)


def prepare(peer: Peer, work: Path) -> Path:
    """Return the Python that runs a peer, its environment made if it isn't there.

    torch is installed first and pinned: a bare `torch` would take a CUDA build of several GB.

    Raises:
        PeerFailed: pip could not.
    """
    if not peer.requirements:
        return Path(sys.executable)
    folder = work / "venvs" / peer.name
    wanted = [*shared_requirements(), *peer.requirements]
    marker, python = folder / ".requirements", folder / "bin" / "python"
    if marker.is_file() and marker.read_text(encoding="utf-8").split() == wanted:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    log = work / "venvs" / f"{peer.name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for command in ([sys.executable, "-m", "venv", str(folder)], [*pip, wanted[0]], [*pip, *wanted]):
        _run(command, log, dict(os.environ), f"{peer.title} could not be installed")
    marker.write_text("\n".join(wanted) + "\n", encoding="utf-8")
    return python


def answer(peer: Peer, python: Path, job: Mapping[str, Any], work: Path) -> tuple[Path, bool]:
    """Return the folder of a system's answers and facts, and whether an earlier run's are reused.

    They are where the job, the installed versions and the code that drives the system are the same.

    Raises:
        PeerFailed: it did not finish.
    """
    arguments = ["-m", f"pullquote.eval.peers.{peer.name}_peer"] if peer.module else [str(peer.script)]
    key = json_sha256([job, installed(python), code_of(peer)])
    folder = work / "results" / f"{peer.name}-{key[:12]}"
    if (folder / FACTS_FILE).is_file():
        return folder, True
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "job.json").write_text(json.dumps(job, ensure_ascii=False), encoding="utf-8")
    verb = ["ask"] if peer is PULLQUOTE else []
    command = [str(python), *arguments, *verb, str(folder / "job.json"), str(folder)]
    _run(command, folder / "log.txt", environment(job["threads"]), f"{peer.title} did not finish")
    (folder / "job.json").unlink()
    return folder, False


def build_archive(sources: Sequence[Path], threads: int, work: Path) -> tuple[Path, bool]:
    """Return the folder of the archive that `add` makes of the sources, with its facts, and whether it is reused.

    Raises:
        PeerFailed: `add` did not finish.
    """
    key = json_sha256([files_sha256(sources), installed(Path(sys.executable)), code_sha256("index"), threads])
    folder = work / "results" / f"archive-{key[:12]}"
    if (folder / FACTS_FILE).is_file():
        return folder, True
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    given = folder / "sources.json"
    given.write_text(json.dumps({"sources": list(map(str, sources)), "threads": threads}), encoding="utf-8")
    command = [sys.executable, "-m", "pullquote.eval.peers.pullquote_peer", "add", str(given), str(folder)]
    _run(command, folder / "log.txt", environment(threads), "Pullquote's add did not finish")
    return folder, False


def code_of(peer: Peer) -> str:
    """Return the hash of what drives a system: its script, and for Pullquote all that answers."""
    driven = files_sha256([peer.script, SCRIPTS / "peer_protocol.py"])
    return driven + (code_sha256("index", "qa") if peer.module else "")


def installed(python: Path) -> list[str]:
    """Return the distributions that results depend on, as name==version: of a peer's environment all of them.

    Raises:
        PeerFailed: that Python doesn't run.
    """
    if python == Path(sys.executable):
        return [f"{name}=={version(name)}" for name in _UNDERNEATH]
    try:
        done = subprocess.run([str(python), "-c", _LIST], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise PeerFailed(f"{python} doesn't run ({error}).") from error
    found: list[str] = json.loads(done.stdout)
    return found


def _run(command: Sequence[str], log: Path, variables: Mapping[str, str], failure: str) -> None:
    """Run a command, its output going to the log.

    Raises:
        PeerFailed: it exits with an error; says what its last line says.
    """
    with log.open("a", encoding="utf-8") as stream:
        try:
            code = subprocess.run(command, stdout=stream, stderr=subprocess.STDOUT, env=dict(variables)).returncode
        except OSError as error:
            raise PeerFailed(f"{failure}: {error}.") from error
    if code:
        raise PeerFailed(f"{failure} (exit code {code}): {last_words(log)} All of it is in {log}.")


def last_words(log: Path) -> str:
    """Return the line of a log that tells best why a command failed: pip's last ERROR, else the last line."""
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")]
    return ((errors or lines or ["it said nothing"])[-1])[:300].rstrip(".") + "."


def read_facts(folder: Path) -> dict[str, Any]:
    """Return the facts that a system left when it had finished."""
    facts: dict[str, Any] = json.loads((folder / FACTS_FILE).read_text(encoding="utf-8"))
    return facts


def read_results(folder: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the answers and the facts of a finished system."""
    lines = (folder / ANSWERS_FILE).read_bytes().split(b"\n")
    return [json.loads(line) for line in lines if line], read_facts(folder)
