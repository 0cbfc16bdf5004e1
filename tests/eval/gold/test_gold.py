"""Gold questions: every key read as it stands, every bad row named with file and line."""

import datetime as dt
import gzip
import hashlib
import json

import pytest

from pullquote.articles import Article
from pullquote.errors import SourceError
from pullquote.eval.gold.files import read_gold_folder, read_lines, read_questions, write_articles
from pullquote.eval.gold.questions import GoldDatedValue, GoldQuestion, GoldSpan, GoldTurn, article_key
from pullquote.index.adding.adding import article_id

from eval_fakes import write_gold, write_lines

GOOD = {"id": "q1", "question": "Who chairs the port?", "answers": ["Mara Lind"]}
FULL = {
    "id": "full",
    "question": "How many died?",
    "type": "changing",
    "answers": ["nine", "9"],
    "split": "tune",
    "story": "ferry",
    "as_of": "2031-05-04",
    "spans": [{"article": "https://post.example/1", "start": 0, "end": 4, "text": "nine"}],
    "values": [{"value": "six", "outlet": "Post", "published": "2031-05-03", "article": "https://post.example/0"}],
    "items": [["nine", "9"], ["six"]],
    "history": [{"question": "What sank?", "answer": "the Osk"}],
    "far": True,
    "why": "missing-fact",
}


def test_every_key_of_a_question(tmp_path):
    file = write_lines(tmp_path / "q.jsonl", [FULL, GOOD, {"id": "u", "question": "Who?", "type": "unanswerable"}])
    (full, plain, unanswerable), skipped = read_questions(file)
    assert skipped == ()
    assert full == GoldQuestion(
        id="full",
        question="How many died?",
        type="changing",
        answers=("nine", "9"),
        split="tune",
        story="ferry",
        as_of=dt.date(2031, 5, 4),
        spans=(GoldSpan("https://post.example/1", 0, 4, "nine"),),
        values=(GoldDatedValue("six", "Post", dt.date(2031, 5, 3), "https://post.example/0"),),
        items=(("nine", "9"), ("six",)),
        history=(GoldTurn("What sank?", "the Osk"),),
        far=True,
        why="missing-fact",
        where=f"{file}:1",
    )
    assert plain == GoldQuestion("q1", "Who chairs the port?", answers=("Mara Lind",), where=f"{file}:2")
    assert (full.answerable, plain.answerable, unanswerable.answerable) == (True, True, False)
    assert full.relevant_articles() == {"https://post.example/1": 1}
    assert plain.judged
    assert unanswerable.judged


@pytest.mark.parametrize(
    ("bad", "clause"),
    [
        ("{not json}", "not a line of JSON"),
        ("[" * 100_000, "not a line of JSON"),
        (["a list"], "not a JSON object"),
        (r'{"id": "x", "question": "Who \ud800?", "answers": ["a"]}', "half of a surrogate pair"),
        (GOOD | {"id": 5}, '"id" must be a string'),
        (GOOD | {"id": " "}, '"id" must be a string'),
        ({"id": "x", "answers": ["a"]}, '"question" must be a string'),
        (GOOD | {"id": "x", "question": "\n"}, '"question" must be a string'),
        (GOOD | {"id": "x", "answers": "Mara Lind"}, '"answers" must be a list of strings'),
        (GOOD | {"id": "x", "answers": ["a", " "]}, '"answers" must be a list of strings'),
        (GOOD | {"id": "x", "answers": []}, '"answers" is empty'),
        (GOOD | {"id": "x", "type": "unanswerable"}, "an unanswerable question has no answers"),
        (GOOD | {"id": "x", "type": 3}, '"type" must be a string'),
        (GOOD | {"id": "x", "split": ["tune"]}, '"split" must be a string'),
        (GOOD | {"id": "x", "as_of": "May"}, '"as_of" must be a day such as "2031-05-04"'),
        (GOOD | {"id": "x", "as_of": 20310504}, '"as_of" must be a day'),
        (GOOD | {"id": "x", "far": "no"}, '"far" must be true or false'),
        (GOOD | {"id": "x", "spans": ["nine"]}, "spans, values, items or history are not as they should be"),
        (GOOD | {"id": "x", "spans": None}, "spans, values, items or history are not as they should be"),
        (GOOD | {"id": "x", "spans": [FULL["spans"][0] | {"start": "0"}]}, '"start" must be a number of characters'),
        (GOOD | {"id": "x", "spans": [FULL["spans"][0] | {"end": 4.5}]}, '"end" must be a number of characters'),
        (GOOD | {"id": "x", "spans": [FULL["spans"][0] | {"start": -1}]}, '"start" must be a number of characters'),
        (GOOD | {"id": "x", "spans": [{"start": 0, "end": 4, "text": "nine"}]}, '"article" must be a string'),
        (GOOD | {"id": "x", "values": [FULL["values"][0] | {"published": "soon"}]}, "spans, values, items or history"),
        (GOOD | {"id": "x", "values": [FULL["values"][0] | {"outlet": None}]}, '"outlet" must be a string'),
        (GOOD | {"id": "x", "items": ["nine"]}, '"items" must be a list of strings'),
        (GOOD | {"id": "x", "items": [["nine"], []]}, "an item of the list has no wording"),
        (GOOD | {"id": "x", "history": [{"question": "Who?"}]}, '"answer" must be a string'),
        (GOOD, "the id 'q1' is used already, in "),
    ],
)
def test_a_bad_row_is_named_with_file_and_line(tmp_path, bad, clause):
    file = write_lines(tmp_path / "q.jsonl", [GOOD, "", bad, GOOD | {"id": "last"}])
    with pytest.raises(SourceError) as refused:
        read_questions(file)
    assert str(refused.value).startswith(f"{file}:3: ")
    assert clause in str(refused.value)
    assert str(refused.value).endswith("(--skip-bad leaves such rows out.)")
    questions, (sentence,) = read_questions(file, skip_bad=True)
    assert [question.id for question in questions] == ["q1", "last"]
    assert sentence.startswith(f"{file}:3: ")
    assert clause in sentence


def test_a_duplicate_names_the_first_use(tmp_path):
    file = write_lines(tmp_path / "q.jsonl", [GOOD, GOOD | {"id": "q2"}, GOOD])
    with pytest.raises(SourceError, match=r"q\.jsonl:3: the id 'q1' is used already, in .*q\.jsonl:1\."):
        read_questions(file)


@pytest.mark.parametrize("name", ["q.jsonl", "q.jsonl.gz"])
def test_gzip_and_byte_order_mark(tmp_path, name):
    file = write_lines(tmp_path / name, [GOOD | {"question": "Où est l’Osk?"}], mark=True)
    (question,), _ = read_questions(file)
    assert (question.id, question.question, question.where) == ("q1", "Où est l’Osk?", f"{file}:1")


def test_files_that_cannot_be_read(tmp_path):
    whole = gzip.compress((json.dumps(GOOD) + "\n").encode() * 50)
    damaged = bytearray(whole)
    damaged[20] ^= 0xFF
    for name, data in (
        ("latin1.jsonl", '{"id": "é"}'.encode("latin-1")),
        ("no.jsonl.gz", b"not gzip"),
        ("cut.jsonl.gz", whole[:-12]),
        ("damaged.jsonl.gz", bytes(damaged)),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(SourceError, match=f"{name} cannot be read: "):
            list(read_lines(tmp_path / name))
    with pytest.raises(SourceError, match=r"none\.jsonl cannot be read: .*No such file"):
        read_questions(tmp_path / "none.jsonl")
    with pytest.raises(SourceError, match=r"cannot be read: .*directory"):
        read_questions(tmp_path)


@pytest.mark.parametrize(("lines", "skip_bad"), [([], False), (["", " "], False), (["{", "[]"], True)])
def test_a_file_without_a_usable_question_is_refused(tmp_path, lines, skip_bad):
    file = write_lines(tmp_path / "q.jsonl", lines)
    with pytest.raises(SourceError, match=r"q\.jsonl holds no usable question"):
        read_questions(file, skip_bad=skip_bad)


def test_a_gold_folder(tmp_path):
    folder = write_gold(
        tmp_path / "gold",
        [{"id": "a", "text": "Mara Lind chairs the port."}],
        [GOOD | {"split": "tune"}, GOOD | {"id": "q2", "split": "report"}],
        reprints=[["a", "b"], ["c", "d"]],
        stories={"port": {"split": "tune", "articles": ["a"]}},
    )
    gold = read_gold_folder(folder)
    assert (gold.name, gold.skipped, gold.scorer, gold.articles) == ("Tarn", (), "squad", ())
    assert gold.sources == (folder / "articles.jsonl",)
    assert gold.reprints == (frozenset("ab"), frozenset("cd"))
    assert gold.stories == {"port": ("a",)}
    assert gold.sha256 == hashlib.sha256((folder / "questions.jsonl").read_bytes()).hexdigest()
    assert [question.id for question in gold.of_split("tune")] == ["q1"]
    assert [question.id for question in gold.of_split("all")] == ["q1", "q2"]
    assert gold.of_split("other") == ()


@pytest.mark.parametrize(
    "manifest",
    [
        "{",
        "[]",
        '"name"',
        '{"name": "x", "articles": []}',
        '{"articles": [], "questions": "questions.jsonl"}',
        '{"name": "x", "articles": 5, "questions": "questions.jsonl"}',
        '{"name": "x", "articles": [], "questions": 7}',
        '{"name": "x", "articles": [], "questions": "questions.jsonl", "stories": ["a"]}',
        '{"name": "x", "articles": [], "questions": "questions.jsonl", "reprints": [5]}',
    ],
)
def test_a_bad_manifest_is_named(tmp_path, manifest):
    write_gold(tmp_path, [], [GOOD])
    (tmp_path / "gold.json").write_text(manifest, encoding="utf-8")
    with pytest.raises(SourceError, match=r"gold\.json is not the manifest of a gold set"):
        read_gold_folder(tmp_path)


def test_a_manifest_that_names_what_is_not_there(tmp_path):
    with pytest.raises(SourceError, match=r"gold\.json cannot be read: No such file"):
        read_gold_folder(tmp_path)
    write_gold(tmp_path, [], [GOOD], articles=["articles.jsonl", "../none"])
    with pytest.raises(SourceError, match=r"gold\.json names articles at .*none, but there is nothing"):
        read_gold_folder(tmp_path)
    write_gold(tmp_path, [], [GOOD], questions="none.jsonl")
    with pytest.raises(SourceError, match=r"none\.jsonl cannot be read"):
        read_gold_folder(tmp_path)


@pytest.mark.parametrize(
    ("url", "name", "key"),
    [
        ("https://post.example/1", "anything", "https://post.example/1"),
        (None, "apb-2031-0002", "apb-2031-0002"),
        (None, "seals.txt-0123456789ab", "seals.txt"),
        ("", "Storm 2031.HTML-0123456789ab", "Storm 2031.HTML"),
        (None, "a.txt.gz-0123456789ab", "a.txt.gz"),
        (None, "seals.txt-0123456789xy", "seals.txt-0123456789xy"),  # no hash of the archive's
        (None, "b2e89334-33f9-11e1-825f-dabc29fd7071", "b2e89334-33f9-11e1-825f-dabc29fd7071"),  # a UUID
        (None, "text-0123456789ab", "text-0123456789ab"),  # of the words, so the same everywhere
    ],
)
def test_article_key(url, name, key):
    assert article_key(url, name) == key


def test_the_key_of_a_file_does_not_depend_on_where_it_lies():
    here, there = (Article(text="Seals.", source=f"/{place}/seals.txt") for place in ("home/a", "srv"))
    assert article_id(here) != article_id(there)
    assert article_key(None, article_id(here)) == article_key(None, article_id(there)) == "seals.txt"


def test_articles_are_written_as_add_reads_them(tmp_path):
    file = write_articles([Article("Née à Tarn.\n\nTwo.", id="s/0", title="T")], tmp_path / "new" / "a.jsonl")
    assert file.read_bytes() == '{"id": "s/0", "title": "T", "text": "Née à Tarn.\\n\\nTwo."}\n'.encode()
