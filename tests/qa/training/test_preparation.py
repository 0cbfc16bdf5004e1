"""Data for the recipe: what is put beside a question, what is held out, and questions that nobody labelled."""

from __future__ import annotations

import gzip
import json
import random
import zlib
from pathlib import Path
from typing import Any

import pytest

from pullquote.errors import InputError, SourceError
from pullquote.qa.reading.shipped import shipped_reader_folder
from pullquote.qa.training.data import preparation
from pullquote.qa.training.data.preparation import main, prepare
from pullquote.qa.training.data.prepared import (
    DEVELOPMENT,
    ORDER_EXAMPLES,
    SELECTION,
    TRAIN,
    UNLABELLED,
    VERIFIER_EXAMPLES,
)
from pullquote.qa.training.data.unlabelled import (
    HeadedPassage,
    made_question,
    made_rows,
    read_questions,
    retrieved_rows,
)
from pullquote.qa.training.data.unlabelled import main as unlabelled_main

NAMES = ["Mara Lind", "Ole Vig", "Jon Tarn", "Ada Pell", "Ines Amaro", "Tom Reyl"]


def row(number: int, source: str = "squad", **changes: Any) -> dict[str, Any]:
    name, port = NAMES[number % 6], f"port number {number}"
    text = f"{name} chairs the {port}. Herring is landed there by forty boats."
    answers = [{"start": 0, "text": name}]
    facts = {
        "id": f"{source}-{number}",
        "source": source,
        "title": f"Port_{number}",
        "question": f"Who chairs the {port}?",
    }
    return facts | {"context": text, "answers": answers} | changes


def write(file: Path, rows: list[dict[str, Any]]) -> Path:
    file.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def small_tokenizer() -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(shipped_reader_folder())


def test_what_is_prepared(tmp_path: Path, small_tokenizer: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(preparation, "_HELD_OUT", 5)
    rows = [row(number) for number in range(40)]
    rows += [row(number, "qamr", context=f"{NAMES[number]} sang.") for number in range(6)]
    rows += [row(99, answers=None, group="unknown")]
    judged = [row(0, right=True), row(1, right=False)]
    told: list[tuple[str, int, int]] = []
    made = prepare(
        [write(tmp_path / "a.jsonl", rows)],
        tmp_path / "out",
        small_tokenizer,
        verifier=write(tmp_path / "v.jsonl", judged),
        development=write(tmp_path / "d.jsonl", rows[:3]),
        progress=lambda *at: told.append(at),
    )
    assert set(made) == {TRAIN, SELECTION, UNLABELLED, ORDER_EXAMPLES, VERIFIER_EXAMPLES, DEVELOPMENT}
    assert {file.name for file in (tmp_path / "out").iterdir()} == set(made)
    held_out = sum(zlib.crc32(one["context"].encode()) % 5 == 0 for one in rows[:46])
    assert 0 < held_out < 20
    assert made[SELECTION].questions == held_out
    train = made[TRAIN]
    by_source = {str(source): train.source == number for number, source in enumerate(train.sources)}
    # A question that stands alone is asked of another passage, too, in which its answer doesn't stand.
    squad = by_source["squad"] & train.labelled
    groups = {group: [int(at) for at in (train.group == group).nonzero()[0]] for group in train.group[squad]}
    pairs = [own for own in groups.values() if len(own) == 2]
    assert len(pairs) > 20
    for own in pairs:
        assert train.right[own].tolist() == [True, False]
        assert len({int(train.passage[at]) for at in own}) == 2
    # One that is asked of a single sentence stays with that.
    sentences = by_source["qamr"].nonzero()[0]
    assert train.right[sentences].all()
    assert len(set(train.group[sentences])) == len(sentences)
    assert made[UNLABELLED].labelled.tolist() == [False]
    assert made[VERIFIER_EXAMPLES].right.tolist() == [True, False]
    assert [made[VERIFIER_EXAMPLES].targets_of(at).tolist() for at in (0, 1)] == [[[0, 2]], [[0, 2]]]
    assert made[DEVELOPMENT].questions == 3
    words = " ".join(train.pieces[train.text(int(train.title[0]))])
    assert words.startswith("port ")  # underscores are spaces
    assert told[-1] == ("development.npz: cutting tokens", 3, 3)


def test_without_labels_there_is_nothing_to_learn(tmp_path: Path, small_tokenizer: Any):
    with pytest.raises(InputError, match="no labelled examples"):
        prepare([write(tmp_path / "a.jsonl", [row(1, answers=None)])], tmp_path, small_tokenizer)


def test_the_command_tells_what_it_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    main([str(write(tmp_path / "a.jsonl", [row(number) for number in range(12)])), "--output", str(tmp_path / "out")])
    assert capsys.readouterr().out.startswith("train.npz: ")


SENTENCE = "The harbour board said on Friday that Mara Lind had sold 41 boats in May to the port of Varn."


def test_a_question_is_made_by_leaving_out_a_name_a_figure_or_a_day():
    made = {made_question(SENTENCE, random.Random(seed)) for seed in range(40)}
    assert made == {
        SENTENCE.replace("Friday", "when").replace(".", "?"),
        SENTENCE.replace("Mara Lind", "who or what").replace(".", "?"),
        SENTENCE.replace("41", "how many").replace(".", "?"),
        SENTENCE.replace("May", "when").replace(".", "?"),
        SENTENCE.replace("Varn.", "who or what?"),
    }
    assert made_question("It cost the county about £3.5m and took a year.", random.Random(1)) == (
        "It cost the county about how much and took a year?"
    )


@pytest.mark.parametrize(
    "sentence", ["Too short, said Lind.", "nothing here begins with a capital or is a figure at all.", "word " * 40]
)
def test_of_some_sentences_no_question_is_made(sentence: str):
    assert made_question(sentence, random.Random(1)) is None


PASSAGES = [
    HeadedPassage("Port. May 4, 2031", f"{SENTENCE} Nobody objected."),
    HeadedPassage("", "Herring fair opens."),
]


def test_rows_for_a_teacher():
    (made,) = made_rows(PASSAGES, seed=1, name="news")
    assert (made["context"], made["title"], made["answers"]) == (PASSAGES[0].text, "Port. May 4, 2031", None)
    assert (made["group"], made["source"]) == ("news-made-0", "news-made")
    found = list(retrieved_rows(["Who opens the herring fair?", "zzz"], PASSAGES, count=2, name="news"))
    assert [(one["question"], one["context"]) for one in found] == [("Who opens the herring fair?", PASSAGES[1].text)]


def test_questions_are_read_by_what_their_rows_say(tmp_path: Path):
    file = tmp_path / "q.jsonl.gz"
    rows = [{"question": "a", "date": "2023-01-02"}, {"question": "b", "date": "2022-01-02"}, {"question": "c"}]
    file.write_bytes(gzip.compress("".join(json.dumps(one) + "\n" for one in rows).encode()))
    assert read_questions(file, ["date=2023"]) == ["a"]
    assert read_questions(file, []) == ["a", "b", "c"]
    with pytest.raises(SourceError, match=r"b\.jsonl cannot be read as questions"):
        read_questions(write(tmp_path / "b.jsonl", [{"asked": "?"}]), [])


def test_articles_become_rows_by_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    article = {"title": "Port", "published": "2031-05-04", "text": f"{SENTENCE} Nobody objected to it."}
    output = tmp_path / "rows.jsonl"
    unlabelled_main(
        [
            str(write(tmp_path / "news.jsonl", [article])),
            *("--questions", str(write(tmp_path / "q.jsonl", [{"question": "Who sold boats to Varn?"}]))),
            *("--made", "5", "--name", "news", "--output", str(output)),
        ]
    )
    assert capsys.readouterr().out == "1 passages, 1 questions asked, 2 rows written\n"
    asked = [json.loads(line) for line in output.read_text().splitlines()]
    assert asked[0]["title"] == "Port. May 4, 2031"
    assert [one["source"] for one in asked] == ["news", "news-made"]
