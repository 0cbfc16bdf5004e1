from __future__ import annotations

import datetime as dt
import json

from pullquote import Archive, Engine
from pullquote.eval.rtqa import Question, read_questions, score_ask, score_search


def test_questions_ending_in_except_are_left_out(tmp_path):
    file = tmp_path / "questions.jsonl"
    rows = [
        {"id": "1", "date": "2022-06-16", "question": "Who won?", "answers": ["Ada"]},
        {"id": "2", "date": "2022-06-16", "question": "All of these won, except:", "answers": ["Bo"]},
        {"id": "3", "date": "2023-06-16", "question": "Who lost?", "answers": ["Cy"]},
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert read_questions(file, "2022") == [Question("1", "Who won?", ("Ada",), dt.date(2022, 6, 16))]


def test_scores_by_hand(tmp_path, embedder, reader, write_articles):
    articles = write_articles(
        {"id": "a", "text": "the race in tarn was won by Ada of the harbour club", "published": "2031-05-01"},
        {"id": "b", "text": "the race in tarn was won by Bo of the city club", "published": "2031-05-09"},
    )
    day = dt.date(2031, 5, 2)
    questions = [
        Question("1", "who won the race in tarn", ("Ada",), day),
        Question("2", "who won the race in tarn", ("Bo",), day),  # printed only a week later
    ]
    with Archive.open(tmp_path / "archive", create=True, embedder=embedder) as archive:
        archive.add([articles])
        found = score_search(archive, questions)
        answered = score_ask(Engine(archive, reader=reader), questions, tmp_path / "rows.jsonl")
    assert (found["n"], found["hit@1"], found["hit@20"]) == (2, 50.0, 50.0)
    assert (answered["exact_match"], answered["f1"], answered["abstained"]) == (50.0, 50.0, 0.0)
    rows = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["best"] for row in rows] == ["Ada", "Ada"]
