"""Reading examples that nobody labelled: passages of articles, with questions, for a teacher to read.

    python -m pullquote.qa.training.data.unlabelled ARTICLES... --questions FILE [--made 20000] --output rows.jsonl

ARTICLES are sources as `pullquote add` takes them. Each question of FILE (JSON lines with a key `question`) is written
with the passages that BM25 finds for it, most of which don't answer it. With `--made`, some passages also get a
question made from one of its sentences, in which a name, a figure or a day is left out and asked for (Lewis, Denoyer
and Riedel 2019, "Unsupervised Question Answering by Cloze Translation", without the translation).
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from pullquote.articles import Skipped
from pullquote.commands import run
from pullquote.errors import SourceError
from pullquote.filters import Filters
from pullquote.index.adding.adding import article_id, passage_head
from pullquote.index.backends.lexical import LexicalIndex, LexicalPassage
from pullquote.index.furniture.ranges import furniture_ranges
from pullquote.index.passages.sentences import sentence_ranges
from pullquote.index.passages.splitting import split_passages
from pullquote.index.search.kinds import AskedKind, suits
from pullquote.index.sources import SourceFile, discover, read_articles
from pullquote.qa.reading.shipped import shipped_reader_folder

# A sentence of so many words says something, and can still be asked.
_WORDS = range(8, 31)
# A name that doesn't begin the sentence, or a figure with its sign.
_LEFT_OUT = re.compile(r"(?<=\w )(?:[$£€]?\d[\w.,]*%?|[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*)(?=[ ,.;:])")


@dataclass(frozen=True, slots=True)
class HeadedPassage:
    """A passage with the words that stand before it."""

    head: str
    text: str


def read_passages(sources: Sequence[str], tokenizer: Any) -> Iterator[HeadedPassage]:
    """Yield the passages of the articles of some sources, as `add` would cut them; what can't be read is left out."""

    def count(texts: Sequence[str]) -> list[int]:
        return [len(ids) for ids in tokenizer(list(texts), add_special_tokens=False, verbose=False)["input_ids"]]

    for file in discover(sources):
        for article in read_articles(file) if isinstance(file, SourceFile) else ():
            if not isinstance(article, Skipped):
                named = replace(article, id=article_id(article))
                for passage in split_passages(named, furniture_ranges(named), count):
                    yield HeadedPassage(passage_head(named), passage.text)


def retrieved_rows(
    questions: Sequence[str], passages: Sequence[HeadedPassage], *, count: int, name: str
) -> Iterator[dict[str, Any]]:
    """Yield a row for each of the first `count` passages that BM25 finds for each question."""
    with tempfile.TemporaryDirectory() as folder:
        index = LexicalIndex(Path(folder), create=True)
        index.apply(
            (LexicalPassage(row, row, f"{one.head} {one.text}", 0, "", ()) for row, one in enumerate(passages)),
            (),
        )
        index.reload()
        for number, question in enumerate(questions):
            for rank, (row, _) in enumerate(index.search(question, Filters(), count)):
                yield _row(f"{name}-{number}", rank, question, passages[row], name)


def made_rows(passages: Sequence[HeadedPassage], *, seed: int, name: str) -> Iterator[dict[str, Any]]:
    """Yield a row for each passage with a sentence that a question can be made from."""
    rng = random.Random(seed)
    for number, passage in enumerate(passages):
        sentences = [passage.text[start:end] for start, end in sentence_ranges(passage.text)]
        made = [question for sentence in sentences if (question := made_question(sentence, rng))]
        if made:
            yield _row(f"{name}-made-{number}", 0, rng.choice(made), passage, f"{name}-made")


def made_question(sentence: str, rng: random.Random) -> str | None:
    """Return a sentence as a question for one of its names, figures or days; None where it has none."""
    line = " ".join(sentence.split())
    places = list(_LEFT_OUT.finditer(line))
    if not places or len(line.split()) not in _WORDS:
        return None
    place = rng.choice(places)
    return f"{line[: place.start()]}{_asked_by(place.group())}{line[place.end() :].rstrip(' .!?”')}?"


def _asked_by(span: str) -> str:
    if suits(AskedKind.TIME, span):
        return "when"
    if suits(AskedKind.SHARE, span):
        return "what share"
    return ("how much" if span[0] in "$£€" else "how many") if suits(AskedKind.NUMBER, span) else "who or what"


def _row(group: str, rank: int, question: str, passage: HeadedPassage, source: str) -> dict[str, Any]:
    return {
        "id": f"{group}-{rank}",
        "group": group,
        "source": source,
        "question": question,
        "title": passage.head,
        "context": passage.text,
        "answers": None,
    }


def read_questions(file: Path, only: Sequence[str]) -> list[str]:
    """Return the questions of a JSON-lines file; `only`, KEY=BEGINNING each, says which rows.

    Raises:
        SourceError: the file can't be read, or a row has no question.
    """
    wanted = [entry.partition("=") for entry in only]
    try:
        opener = gzip.open if file.suffix == ".gz" else open
        with opener(file, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        return [
            str(row["question"])
            for row in rows
            if all(str(row.get(key, "")).startswith(beginning) for key, _, beginning in wanted)
        ]
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourceError(f"{file} cannot be read as questions, a JSON object a line: {error!r}.") from error


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the rows of the articles and questions that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", nargs="+")
    parser.add_argument("--questions", type=Path, required=True)
    parser.add_argument("--only", nargs="+", default=[], metavar="KEY=BEGINNING", help="such as date=2023")
    parser.add_argument("--first", type=int, help="only so many questions, in the order of the file")
    parser.add_argument("--sample", type=int, help="only so many questions, drawn by lot")
    parser.add_argument("--retrieved", type=int, default=1, help="passages a question (default: 1)")
    parser.add_argument("--made", type=int, default=0, metavar="N", help="questions made from so many passages")
    parser.add_argument("--name", default="unlabelled", help="of the source in the rows")
    parser.add_argument("--seed", type=int, default=20310504)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args(arguments)
    from transformers import AutoTokenizer

    rng = random.Random(options.seed)
    questions = read_questions(options.questions, options.only)[: options.first]
    if options.sample and options.sample < len(questions):
        questions = rng.sample(questions, options.sample)
    tokenizer = AutoTokenizer.from_pretrained(shipped_reader_folder())
    console = Console(stderr=True)
    passages = list(track(read_passages(options.articles, tokenizer), "cutting passages", total=None, console=console))
    asked = rng.sample(passages, min(options.made, len(passages)))
    written = 0
    with options.output.open("w", encoding="utf-8") as stream:
        found = retrieved_rows(questions, passages, count=options.retrieved, name=options.name)
        total = len(questions) * options.retrieved
        for row in track(found, "finding passages", total=total, console=console):
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
            written += 1
        for row in made_rows(asked, seed=options.seed, name=options.name):
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
            written += 1
    print(f"{len(passages):,} passages, {len(questions):,} questions asked, {written:,} rows written")


if __name__ == "__main__":
    run(main)
