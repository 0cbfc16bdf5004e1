"""What a framework's retriever is used on: a small archive, with the embedder that ships."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest

from pullquote import Archive, Article

API = Path(__file__).parents[3] / "docs/api.md"

CHAIR = "The port authority is chaired by Kallander since Friday."
FERRY = "The ferry Nour sailed to Brask on Sunday with 47 passengers."
# Its accents and its emoji are more bytes than characters; the passage begins after the headline.
OLDER = "Søren chairs on ⚓\n\nThe port authority is chaired by Søren Åvik, who was chosen in March. ⚓"


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the archive `news.pq`."""
    path = tmp_path_factory.mktemp("adapters") / "news.pq"
    with Archive.open(path, create=True) as archive:
        archive.add_articles(
            [
                article(CHAIR, 4, "A new chair", "Harbour Post", "Mara Lind"),
                article(FERRY, 5, "Ferry sails", "Harbour Post", "Jon Vig"),
                article(OLDER, 1, "Søren chairs on ⚓", "Brask Daily", "Mara Lind"),
            ]
        )
    return path


def article(text: str, day: int, title: str, outlet: str, author: str) -> Article:
    return Article(
        text,
        url=f"https://post.example/{day}",
        title=title,
        outlet=outlet,
        published=dt.date(2031, 5, day),
        authors=(author,),
    )


@pytest.fixture
def archive(folder: Path):
    with Archive.open(folder) as archive:
        yield archive


@pytest.fixture
def is_printed(archive: Archive):
    """Return a function that checks a document's text and facts against the article that they name."""

    def check(text: str, facts: dict[str, Any]) -> None:
        article = archive.article(facts["article_id"])
        assert text
        assert article.text[facts["start"] : facts["end"]] == text
        assert facts["sha256"] == hashlib.sha256(article.text.encode()).hexdigest()
        assert (facts["title"], facts["outlet"], facts["url"]) == (article.title, article.outlet, article.url)
        assert facts["published"] == article.published.isoformat()
        assert facts["authors"] == list(article.authors)
        assert facts["link"].startswith(f"{article.url}#:~:text=")

    return check


@pytest.fixture
def snippet(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Return a function that runs the API page's code for a framework and returns what it prints."""

    def run(framework: str) -> list[str]:
        monkeypatch.chdir(folder.parent)
        (code,) = re.findall(rf"```python {framework}\n(.*?)```", API.read_text(encoding="utf-8"), flags=re.DOTALL)
        exec(compile(code, str(API), "exec"), {})
        return capsys.readouterr().out.splitlines()

    return run
