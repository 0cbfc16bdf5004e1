"""Reading examples from questions and an archive: each question with the passages that search brings for it.

`python -m pullquote.eval.fitting.reading_groups QUESTIONS --archive DIR --split S --output groups.jsonl` writes rows
for `train-reader`; those of one question share a `group`. Where the questions name the spans that answer, only those
count; else every place that carries an accepted wording (distant supervision: Mintz et al. 2009). A question that no
passage answers is then left out, or with `--unlabelled` written without labels, for a teacher to read.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pullquote.answers import Hit
from pullquote.articles import Article
from pullquote.commands import run
from pullquote.eval.gold.formats import load
from pullquote.eval.gold.questions import GoldQuestion, article_key
from pullquote.filters import Filters
from pullquote.index.adding.adding import passage_head
from pullquote.index.archive import Archive

# An accepted wording of one or two characters ("2", "no") stands in too many places by chance.
_LEAST_CHARS = 3


def reading_rows(question: GoldQuestion, hits: Sequence[Hit], *, unlabelled: bool = False) -> Iterator[dict[str, Any]]:
    """Yield one reading example a passage.

    Args:
        question: a question of a gold or benchmark file.
        hits: the passages found for it, best first.
        unlabelled: where no passage answers and the question doesn't say why, yield rows without labels instead of
            none.
    """
    found = [answer_places(question, hit.article, hit.passage.text, hit.passage.start) for hit in hits]
    unknown = question.answerable and not any(found)
    if unknown and not unlabelled:
        return
    for rank, (hit, places) in enumerate(zip(hits, found, strict=True)):
        yield {
            "id": f"{question.id}-{rank}",
            "group": question.id,
            "source": "retrieved",
            "question": question.question,
            "title": passage_head(hit.article),
            "context": hit.passage.text,
            "answers": None if unknown else places,
        }


def answer_places(question: GoldQuestion, article: Article, text: str, first: int) -> list[dict[str, Any]]:
    """Return where a passage answers, `{"start", "text"}` each; `first` is its first character in the article."""
    if question.spans:
        key = article_key(article.url, article.id)
        last = first + len(text)
        inside = [span for span in question.spans if span.article == key and first <= span.start and span.end <= last]
        return [{"start": span.start - first, "text": span.text} for span in inside]
    return [
        {"start": place.start(), "text": place.group()}
        for wording in question.answers
        if len(wording) >= _LEAST_CHARS
        for place in re.finditer(rf"(?<!\w){re.escape(wording)}(?!\w)", text, re.IGNORECASE)
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the rows of the questions named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--archive", type=Path, required=True)
    parser.add_argument("--split", default="tune")
    parser.add_argument("--first", type=int, help="only so many questions, in the order of the file")
    parser.add_argument("--passages", type=int, default=10, help="passages a question (default: 10)")
    parser.add_argument(
        "--unlabelled",
        action="store_true",
        help="also write questions that no passage answers, without labels, for a teacher",
    )
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args(arguments)
    if options.passages < 1:
        parser.error("--passages takes a number from 1 on")
    questions = load(options.questions).of_split(options.split)[: options.first]
    asked = kept = 0
    with Archive.open(options.archive) as archive, options.output.open("w", encoding="utf-8") as stream:
        for question in questions:
            if question.history or not question.judged:
                continue
            asked += 1
            hits = archive.search(question.question, limit=options.passages, filters=Filters(as_of=question.as_of))
            rows = list(reading_rows(question, hits, unlabelled=options.unlabelled))
            kept += bool(rows)
            for row in rows:
                stream.write(json.dumps(row, ensure_ascii=False) + "\n")
    print(f"{asked:,} questions asked, {kept:,} written")


if __name__ == "__main__":
    run(main)
