"""Reading examples from files, and adding passages that don't hold the answer."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pullquote.errors import SourceError

# Of the sampled contexts, the one that shares most words with the question is the hardest negative.
_NEGATIVES_SAMPLED = 48
_WORD = re.compile(r"[a-z0-9]{3,}")


@dataclass(frozen=True, slots=True)
class Example:
    """One question with one passage.

    Attributes:
        question: as asked.
        text: the passage.
        title: of the document, or "".
        answers: accepted `(start, text)`; empty where the passage doesn't hold the answer.
        source: the data set's name, for scores by source.
        id: the data set's own.
        group: examples of one group are one question over several passages, learnt together; "" for none.
        labelled: whether anybody said what answers it; if not, there is only a teacher to learn it from.
        right: whether the spans answer, where they are to be judged and not found; None where they do.
    """

    question: str
    text: str
    title: str
    answers: tuple[tuple[int, str], ...]
    source: str
    id: str
    group: str = ""
    labelled: bool = True
    right: bool | None = None


def read_examples(path: Path) -> Iterator[Example]:
    """Yield the examples of a JSON-lines file (gzip'd or not) or of SQuAD 1.1/2.0 JSON.

    JSON-lines rows carry `question, context, answers [{text, start}]` and may carry `id, source, title, group, right`;
    `answers` is empty where the passage holds none, and null where nobody looked.

    Raises:
        SourceError: the file is missing or a row isn't of that form; names file and line.
    """
    try:
        if path.suffixes[-1:] == [".json"]:
            yield from _squad(json.loads(path.read_text(encoding="utf-8")), path)
            return
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    yield _row(json.loads(line), f"{path.stem}-{number}")
                except (ValueError, KeyError, TypeError) as error:
                    raise SourceError(f"{path}:{number} is not a reading example ({error!r}).") from error
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise SourceError(f"{path} cannot be read: {error}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{path} is not SQuAD JSON ({error!r}).") from error


def _row(row: dict[str, object], default_id: str) -> Example:
    text = row["context"]
    answers = row["answers"]
    if not isinstance(text, str) or not isinstance(answers, list | None):
        raise ValueError("context must be a string and answers a list or null")
    spans = tuple((int(answer["start"]), str(answer["text"])) for answer in answers or ())
    _check_spans(text, spans)
    right = row.get("right")
    if not isinstance(right, bool | None):
        raise ValueError("right must be true or false")
    return Example(
        question=str(row["question"]),
        text=text,
        title=str(row.get("title") or ""),
        answers=spans,
        source=str(row.get("source") or "unnamed"),
        id=str(row.get("id") or default_id),
        group=str(row.get("group") or ""),
        labelled=answers is not None,
        right=right,
    )


def _squad(data: dict[str, list[dict[str, list[dict[str, list[dict[str, str]]]]]]], path: Path) -> Iterator[Example]:
    for document in data["data"]:
        for paragraph in document["paragraphs"]:
            text = str(paragraph["context"])
            for entry in paragraph["qas"]:
                found: Iterable[dict[str, str]] = entry.get("answers") or ()  # type: ignore[assignment]
                spans = tuple((int(answer["answer_start"]), str(answer["text"])) for answer in found)
                _check_spans(text, spans)
                yield Example(
                    question=str(entry["question"]),
                    text=text,
                    title=str(document.get("title") or "").replace("_", " "),
                    answers=spans,
                    source=path.stem,
                    id=str(entry["id"]),
                )


def _check_spans(text: str, spans: tuple[tuple[int, str], ...]) -> None:
    for start, answer in spans:
        if start < 0 or text[start : start + len(answer)] != answer:
            raise ValueError(f"the answer {answer[:40]!r} does not stand at character {start}")


def at_most(examples: list[Example], limits: dict[str, int], *, seed: int) -> list[Example]:
    """Return the examples, of each source named in `limits` only so many, chosen by `seed`, in their order."""
    rng = random.Random(seed)
    kept: set[int] = set()
    by_source: dict[str, list[int]] = defaultdict(list)
    for index, example in enumerate(examples):
        by_source[example.source].append(index)
    for source, indices in by_source.items():
        limit = limits.get(source, len(indices))
        kept.update(rng.sample(indices, limit) if limit < len(indices) else indices)
    return [example for index, example in enumerate(examples) if index in kept]


def repeated(examples: list[Example], times: dict[str, int]) -> list[Example]:
    """Return the examples, those of each source named in `times` so many times, each time under another id."""
    added = [
        replace(
            example,
            id=f"{example.id}-again{again}",
            group=f"{example.group}-again{again}" if example.group else "",
        )
        for again in range(1, max(times.values(), default=1))
        for example in examples
        if again < times.get(example.source, 1)
    ]
    return examples + added


def with_negatives(examples: list[Example], *, share: float, seed: int) -> list[Example]:
    """Return the examples plus, for a share of them, the same question over a passage without its answer.

    The passage comes from the same document where there is another, else from the same source; of a
    random sample, the one with the largest word overlap with the question is taken.
    """
    rng = random.Random(seed)
    by_document: dict[tuple[str, str], list[str]] = defaultdict(list)
    by_source: dict[str, list[str]] = defaultdict(list)
    for example in examples:
        by_document[example.source, example.title].append(example.text)
        by_source[example.source].append(example.text)
    words = {text: frozenset(_WORD.findall(text.lower())) for text in {example.text for example in examples}}
    added = []
    for example in examples:
        if rng.random() >= share or not example.labelled:
            continue
        near = by_document[example.source, example.title] if example.title else []
        pool = near if len(near) > 3 and rng.random() < 0.5 else by_source[example.source]
        sample = rng.sample(pool, min(_NEGATIVES_SAMPLED, len(pool)))
        asked = frozenset(_WORD.findall(example.question.lower()))
        wrong = [text for text in sample if not _holds_answer(text, example)]
        if wrong:
            hardest = max(wrong, key=lambda text: len(asked & words[text]))
            added.append(replace(example, text=hardest, answers=(), id=f"{example.id}-negative"))
    return examples + added


def _holds_answer(text: str, example: Example) -> bool:
    lowered = text.lower()
    return text == example.text or any(answer.lower() in lowered for _, answer in example.answers)
