"""Question sets of other projects: what is taken over, what is left out, and which format a path holds."""

import datetime as dt
import hashlib
import json

import pytest

from pullquote.errors import SourceError
from pullquote.eval.gold.formats import load
from pullquote.eval.gold.questions import GoldQuestion, GoldSpan

from eval_fakes import write_gold, write_lines

CONTEXT = " Tarn lies on the Osk. Mara Lind chairs its port."
SQUAD = {
    "version": "v2.0",
    "data": [
        {
            "title": "Tarn_(city)",
            "paragraphs": [
                {
                    "context": CONTEXT,
                    "qas": [
                        {
                            "id": "s1",
                            "question": "Who chairs the port?",
                            "is_impossible": False,
                            "answers": [
                                {"text": "Mara Lind", "answer_start": 23},
                                {"text": "Lind", "answer_start": 28},
                                {"text": "Mara Lind", "answer_start": 23},
                            ],
                        },
                        {
                            "id": "s2",
                            "question": "Who owns the port?",
                            "is_impossible": True,
                            "answers": [],
                            "plausible_answers": [{"text": "Mara Lind", "answer_start": 23}],
                        },
                    ],
                },
                {
                    "context": "It rained.",
                    "qas": [
                        {"id": "s3", "question": "Did it rain?", "answers": [{"text": "rained", "answer_start": 3}]}
                    ],
                },
            ],
        }
    ],
}


def write_json(file, value):
    file.write_text(json.dumps(value), encoding="utf-8")
    return file


def test_squad_with_answers_and_without(tmp_path):
    file = write_json(tmp_path / "dev.json", SQUAD)
    gold = load(file)
    assert (gold.name, gold.scorer, gold.skipped, gold.sources) == ("dev.json", "squad", (), ())
    assert gold.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert [(one.id, one.title, one.text) for one in gold.articles] == [
        ("dev/0", "Tarn (city)", CONTEXT),
        ("dev/1", "Tarn (city)", "It rained."),
    ]
    first, second, third = gold.questions
    assert first == GoldQuestion(
        "s1",
        "Who chairs the port?",
        answers=("Mara Lind", "Lind"),
        spans=(GoldSpan("dev/0", 23, 32, "Mara Lind"), GoldSpan("dev/0", 28, 32, "Lind")),
        where="s1",
    )
    assert (second.type, second.answers, second.spans, second.answerable) == ("unanswerable", (), (), False)
    assert third.spans == (GoldSpan("dev/1", 3, 9, "rained"),)


def test_squad_1_1_has_no_unanswerable_questions(tmp_path):
    paragraph = {
        "context": CONTEXT,
        "qas": [{"id": "s1", "question": "Where?", "answers": [{"text": "Osk", "answer_start": 18}]}],
    }
    gold = load(write_json(tmp_path / "dev.json", {"version": "1.1", "data": [{"paragraphs": [paragraph]}]}))
    assert [(one.type, one.answers) for one in gold.questions] == [("fact", ("Osk",))]
    assert gold.articles[0].title == ""


def test_squad_that_is_none(tmp_path):
    shifted = json.loads(json.dumps(SQUAD).replace('"answer_start": 28', '"answer_start": 27'))
    twice = json.loads(json.dumps(SQUAD).replace('"s3"', '"s1"'))
    for value, sentence in (
        ([], "is not SQuAD JSON"),
        ({"rows": []}, "is not SQuAD JSON"),
        (shifted, "the answer 'Lind' does not stand at character 27"),
        (twice, "uses the id 's1' twice"),
        ({"data": []}, "holds no question"),
    ):
        with pytest.raises(SourceError, match=rf"dev\.json.*{sentence}"):
            load(write_json(tmp_path / "dev.json", value))
    (tmp_path / "dev.json").write_text('{"data": [')
    with pytest.raises(SourceError, match="is not SQuAD JSON"):
        load(tmp_path / "dev.json")


def quiz(name, question, **changes):
    return {
        "id": name,
        "date": "2022-06-17",
        "question": question,
        "answers": ["Osk"],
        "choices": ["Osk", "Tarn"],
        "evidence": "It sank.",
    } | changes


def test_realtime_qa(tmp_path):
    rows = [
        quiz("r1", "What sank?"),
        quiz("r2", "All of these sank, except:"),
        quiz("r3", "Which didn’t sink? All EXCEPT…"),
        quiz("r4", "Which concept won, except in Tarn?", date="2023-01-06", answers=["Osk", "Ulfrin"]),
    ]
    gold = load(write_lines(tmp_path / "quiz.jsonl.gz", rows))
    assert (gold.scorer, gold.articles, gold.skipped) == ("realtimeqa", (), ())
    first, last = gold.questions
    assert first == GoldQuestion(
        "r1",
        "What sank?",
        answers=("Osk",),
        split="2022",
        as_of=dt.date(2022, 6, 17),
        where=f"{tmp_path / 'quiz.jsonl.gz'}:1",
        lenient=True,
    )
    assert (last.id, last.split, last.answers) == ("r4", "2023", ("Osk", "Ulfrin"))
    assert gold.of_split("2023") == (last,)


@pytest.mark.parametrize(
    ("bad", "clause"),
    [
        (quiz("x", "What?", answers=[]), '"answers" and "date" must not be empty'),
        (quiz("x", "What?", date=None), '"answers" and "date" must not be empty'),
        (quiz("x", "What?", date="June"), '"date" must be a day'),
        (quiz("", "What?"), '"id" must be a string'),
        ("{", "not a line of JSON"),
    ],
)
@pytest.mark.parametrize("at", [0, 1])
def test_a_bad_row_of_realtime_qa_is_named_wherever_it_stands(tmp_path, bad, clause, at):
    rows = [quiz("r1", "What sank?"), quiz("r2", "All sank, except:")]
    file = write_lines(tmp_path / "quiz.jsonl", [*rows[:at], bad, *rows[at:]])
    with pytest.raises(SourceError, match=rf"quiz\.jsonl:{at + 1}: {clause}"):
        load(file)
    gold = load(file, skip_bad=True)
    assert [one.id for one in gold.questions] == ["r1"]
    assert gold.scorer == "realtimeqa"
    (sentence,) = gold.skipped
    assert sentence.startswith(f"{file}:{at + 1}: ")


CORPUS = [
    {"_id": "d1", "title": "Osk", "text": "The ferry Osk sank.", "metadata": {}},
    {"_id": "d2", "title": None, "text": "Mara Lind chairs the port."},
    {"_id": "d3", "title": "A title and no text", "text": ""},
]
QUERIES = [
    {"_id": "1", "text": "Which ferry sank?"},
    {"_id": "2", "text": "Who chairs?"},
    {"_id": "3", "text": "Not judged"},
    {"_id": "4", "text": "Judged, and nothing is relevant"},
]
QRELS = ["query-id\tcorpus-id\tscore", "1\td1\t2", "1\td2\t1", "1\td3\t0", "2\td2\t1", "4\td1\t0"]


@pytest.fixture
def beir(tmp_path):
    folder = tmp_path / "tarn-news"
    (folder / "qrels").mkdir(parents=True)
    write_lines(folder / "corpus.jsonl", [*CORPUS, ""])
    write_lines(folder / "queries.jsonl", QUERIES)
    write_lines(folder / "qrels" / "test.tsv", QRELS, mark=True)
    write_lines(folder / "qrels" / "dev.tsv", ["query-id\tcorpus-id\tscore", "3\td1\t1"])
    return folder


def test_beir(beir):
    gold = load(beir)
    assert (gold.name, gold.skipped, gold.sources) == ("tarn-news", (), ())
    assert [(one.id, one.title, one.text) for one in gold.articles] == [
        ("d1", "Osk", "The ferry Osk sank."),
        ("d2", "", "Mara Lind chairs the port."),
        ("d3", "A title and no text", "A title and no text"),
    ]
    first, second = gold.questions
    assert first == GoldQuestion(
        "1", "Which ferry sank?", type="retrieval", relevant={"d1": 2, "d2": 1}, where=f"{beir / 'queries.jsonl'}:1"
    )
    assert (second.id, second.relevant_articles()) == ("2", {"d2": 1})
    assert (first.judged, first.answerable) == (False, False)


def test_beir_takes_the_test_table_else_the_first(beir):
    before = load(beir).sha256
    (beir / "qrels" / "test.tsv").unlink()
    gold = load(beir)
    assert [(one.id, one.relevant) for one in gold.questions] == [("3", {"d1": 1})]
    assert gold.sha256 != before  # other judgements are another set
    (beir / "qrels" / "dev.tsv").unlink()
    with pytest.raises(SourceError, match=r"qrels holds no \.tsv file of judgements"):
        load(beir)


@pytest.mark.parametrize("bad", ["1\td1", "1\td1\t1\t1", "1 d1 1", "1\td1\tgood"])
def test_a_bad_judgement_is_named(beir, bad):
    write_lines(beir / "qrels" / "test.tsv", [QRELS[0], QRELS[1], bad, "2\td2\t1"])
    with pytest.raises(SourceError, match=r"test\.tsv:3: not a row of query-id, corpus-id, score"):
        load(beir)
    gold = load(beir, skip_bad=True)
    assert [(one.id, one.relevant) for one in gold.questions] == [("1", {"d1": 2}), ("2", {"d2": 1})]
    assert gold.skipped == (f"{beir / 'qrels' / 'test.tsv'}:3: not a row of query-id, corpus-id, score.",)


def test_quotation_marks_in_judgements_are_no_syntax(beir):
    write_lines(beir / "corpus.jsonl", [{"_id": '"d1', "text": "One."}, {"_id": "d2", "text": "Two."}])
    write_lines(beir / "qrels" / "test.tsv", [QRELS[0], '1\t"d1\t1', "2\td2\t1"])
    assert [one.relevant for one in load(beir).questions] == [{'"d1': 1}, {"d2": 1}]


def test_a_judged_query_that_is_not_there(beir):
    write_lines(beir / "qrels" / "test.tsv", [*QRELS, "9\td1\t1"])
    with pytest.raises(SourceError, match=r"test\.tsv judges the query '9', which queries\.jsonl doesn't have"):
        load(beir)
    gold = load(beir, skip_bad=True)
    assert [one.id for one in gold.questions] == ["1", "2"]
    assert gold.skipped == (f"{beir / 'qrels' / 'test.tsv'} judges the query '9', which queries.jsonl doesn't have.",)


@pytest.mark.parametrize("bad", ["{", "5", {"_id": "d9"}, {"text": "no id"}])
def test_a_bad_document_is_named(beir, bad):
    write_lines(beir / "corpus.jsonl", [CORPUS[0], bad, CORPUS[1]])
    with pytest.raises(SourceError, match=r"corpus\.jsonl:2: not a document of BEIR"):
        load(beir)
    gold = load(beir, skip_bad=True)
    assert [one.id for one in gold.articles] == ["d1", "d2"]
    assert [sentence.partition(": ")[0] for sentence in gold.skipped] == [f"{beir / 'corpus.jsonl'}:2"]


def test_a_bad_query_is_named_and_skipping_it_skips_its_judgements(beir):
    write_lines(beir / "queries.jsonl", [{"_id": "1"}, *QUERIES[1:]])
    with pytest.raises(SourceError, match=r'queries\.jsonl:1: "text" must be a string'):
        load(beir)
    gold = load(beir, skip_bad=True)
    assert [one.id for one in gold.questions] == ["2"]
    assert len(gold.skipped) == 2


@pytest.mark.parametrize("name", ["corpus.jsonl", "qrels/test.tsv", "queries.jsonl"])
def test_beir_files_that_are_missing_or_no_text(beir, name):
    (beir / name).write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(SourceError, match=f"{name} cannot be read"):
        load(beir)
    if name == "corpus.jsonl":
        (beir / name).unlink()
        with pytest.raises(SourceError, match=r"corpus\.jsonl cannot be read: .*No such file"):
            load(beir)


def test_which_format_a_path_holds(tmp_path, beir):
    own = {"id": "q1", "question": "Who?", "answers": ["Lind"], "date": "2022-01-01", "choices": []}
    folder = write_gold(tmp_path / "gold", [{"id": "a", "text": "Lind."}], [own])
    assert load(folder).name == "Tarn"
    lines = load(folder / "questions.jsonl")
    assert (lines.name, lines.sources, lines.scorer) == ("questions.jsonl", (), "squad")
    assert lines.questions[0].as_of is None  # "evidence" is missing: not RealTime QA's
    (beir / "gold.json").write_text((folder / "gold.json").read_text())
    with pytest.raises(SourceError, match=r"gold\.json names articles at"):  # the manifest comes first
        load(beir)


def test_what_is_no_question_set(tmp_path):
    with pytest.raises(SourceError, match=r"There is no question set at .*none"):
        load(tmp_path / "none")
    with pytest.raises(SourceError, match=r"holds neither gold\.json nor BEIR's queries\.jsonl"):
        load(tmp_path)
    (tmp_path / "empty.jsonl").write_bytes(b"")
    with pytest.raises(SourceError, match=r"empty\.jsonl holds no usable question"):
        load(tmp_path / "empty.jsonl")
