"""The job that every system of the comparison is given: Pullquote's own passages, the questions, the models."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pullquote.errors import InputError
from pullquote.eval.gold.files import write_articles
from pullquote.eval.gold.hashes import file_sha256
from pullquote.eval.gold.questions import GoldQuestion, GoldSet
from pullquote.eval.peers.pullquote_peer import passage_id
from pullquote.index.adding.adding import passage_head
from pullquote.index.storage.database import Database
from pullquote.qa.reading.shipped import shipped_reader_folder
from pullquote.qa.reading.weights import load_packed, packed_file

# How many passages a search is judged on.
DEPTH = 20
_TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json")


def choose_questions(gold: GoldSet, split: str | None, limit: int | None) -> tuple[str, tuple[GoldQuestion, ...]]:
    """Return the split's name and its first `limit` questions that have a right answer to be judged by.

    By default the split is "report" where the set has one, else "all".

    Raises:
        InputError: there is none.
    """
    chosen = split or ("report" if any(one.split == "report" for one in gold.questions) else "all")
    questions = [one for one in gold.of_split(chosen) if one.judged][:limit]
    if not questions:
        known = ", ".join(sorted({one.split for one in gold.questions if one.split})) or "none"
        raise InputError(f"{gold.name} has no question to answer in the split {chosen!r} (its splits: {known}).")
    return chosen, tuple(questions)


def article_sources(gold: GoldSet, more: Sequence[Path], folder: Path) -> list[Path]:
    """Return the files and folders of the articles: those that the set brings, and `more`.

    Args:
        gold: the set; articles that it carries in its own format are written into `folder`.
        more: named by the user.
        folder: for what has to be written.

    Raises:
        InputError: there is none, or one that was named doesn't exist.
    """
    sources = [*gold.sources, *(path.resolve() for path in more)]
    if gold.articles:
        sources.append(write_articles(gold.articles, folder / f"articles-{gold.sha256[:12]}.jsonl"))
    if not sources:
        raise InputError(f"The question set {gold.name} brings no articles; name their file: --articles FILE.")
    if missing := [source for source in sources if not source.exists()]:
        raise InputError(f"There are no articles at {missing[0]}.")
    return sources


def passages_of(archive: Path) -> list[dict[str, Any]]:
    """Return the live passages of an archive in the order they are stored, as the job has them."""
    database = Database(archive / "archive.db", write=False)
    try:
        found = []
        for rowid in sorted(database.articles_added(0)):
            article = database.article(rowid)
            facts = {
                "article": article.id,
                "title": article.title,
                "published": article.published.isoformat() if article.published else None,
                "head": passage_head(article),
            }
            for _, start, end, _ in database.passages_of(rowid):
                found.append({"id": passage_id(article.id, start, end), "text": article.text[start:end], **facts})
        return found
    finally:
        database.close()


def questions_json(questions: Iterable[GoldQuestion]) -> list[dict[str, str | None]]:
    """Return questions as the job has them: nothing in it tells the answers."""
    return [
        {"id": one.id, "question": one.question, "as_of": one.as_of.isoformat() if one.as_of else None}
        for one in questions
    ]


def export_reader(folder: Path, *, source: Path | None = None) -> Path:
    """Return a Hugging Face folder with the shipped reader's weights in float32, made if it isn't there.

    The int8 weights are restored just as Pullquote restores them, so all systems read with the same numbers.

    Args:
        folder: gets one folder for each state of the weights.
        source: where the int8 weights are; by default those of the package.

    Raises:
        ModelError: they can't be loaded.
    """
    source = source or shipped_reader_folder()
    target = folder / f"reader-{file_sha256(packed_file(source) or source)[:12]}"
    if not target.is_dir():
        model, _ = load_packed(source)
        temporary = target.with_suffix(".tmp")
        shutil.rmtree(temporary, ignore_errors=True)
        model.save_pretrained(temporary)
        for name in _TOKENIZER_FILES:
            shutil.copyfile(source / name, temporary / name)
        temporary.replace(target)
    return target
