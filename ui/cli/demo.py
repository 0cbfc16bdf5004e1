"""The demo: build an archive from the articles under `eval/demo` and answer its questions.

python -m pullquote.ui.cli.demo FOLDER ARCHIVE
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import typer

from pullquote.ui.cli.failures import failures_told, say
from pullquote.ui.local_only import stay_local


def main() -> None:
    """Run the command of the module's docstring."""
    if len(sys.argv) != 3:
        say("usage: python -m pullquote.ui.cli.demo FOLDER ARCHIVE")
        raise SystemExit(2)
    stay_local()
    try:
        with failures_told():
            run(Path(sys.argv[1]), Path(sys.argv[2]))
    except typer.Exit as end:
        raise SystemExit(end.exit_code) from None


def run(folder: Path, path: Path) -> None:
    """Build the archive anew, ask each question, print the answers and how to go on."""
    from pullquote import Archive, Engine
    from pullquote.ui.cli.progress import Meter, show_adding
    from pullquote.ui.cli.render import Page, show_added, show_answer

    page = Page()
    shutil.rmtree(path, ignore_errors=True)
    page.line("Adding the demo's articles, of an invented port city, to ", (str(path), "bold"))
    with Archive.open(path, create=True) as archive:
        with Meter("articles") as meter:
            report = archive.add([folder / "articles"], progress=show_adding(meter))
        show_added(report)
        engine = Engine(archive)
        for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines():
            question = json.loads(line)["question"]
            page.line()
            page.line((f"? {question}", "bold"))
            show_answer(engine.ask(question))
    page.line()
    page.line(
        "Ask it yourself:  ",
        (f'.venv/bin/pullquote ask --archive {path} "Who is the chief executive of the Port Authority?"', "bold"),
    )
    page.line("Open the chat:    ", (f".venv/bin/pullquote chat --archive {path}", "bold"))


if __name__ == "__main__":
    main()
