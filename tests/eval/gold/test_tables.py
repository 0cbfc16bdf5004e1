"""Spreadsheets as people save them become questions; a bad row is named with its line, and costs itself."""

import pytest

from pullquote.errors import InputError
from pullquote.eval.gold.tables import read_table


def table(tmp_path, text, name="q.csv", encoding="utf-8"):
    file = tmp_path / name
    file.write_bytes(text.encode(encoding))
    return read_table(file)


@pytest.mark.parametrize(
    ("name", "encoding", "text"),
    [
        ("q.csv", "utf-8", "question,answer,as_of\nWho is Renée?,Renée|Mme Renée,2031-05-04\n"),
        ("q.csv", "utf-8-sig", "Question;Answer 1;Answer 2;As of\r\nWho is Renée?;Renée;Mme Renée;2031-05-04\r\n"),
        ("q.tsv", "cp1252", "Query\tAccepted answers\tDate\nWho is Renée?\tRenée|Mme Renée\t2031-05-04 00:00:00\n"),
        ("q.csv", "utf-16", 'Q,"Answer(s)","As-of"\n Who is Renée? ,"Renée\nMme Renée",2031-05-04\n'),
    ],
)
def test_the_ways_in_which_spreadsheets_write_one_row(tmp_path, name, encoding, text):
    found = table(tmp_path, text, name, encoding)
    (one,) = found.rows
    assert one.row == {"question": "Who is Renée?", "answers": ["Renée", "Mme Renée"], "as_of": "2031-05-04"}
    assert (one.where, found.skipped, found.unused) == (f"{tmp_path / name}:2", [], ())


def test_no_answer_no_answer_yet_and_other_columns(tmp_path):
    text = (
        "id,question,answer,no answer,url,topic,Desk\n"
        "a,One?,,yes,,,\nb,Two?,No answer,,,,\nc,Three?,,,,ferry,Mara\nd,Four?,x,no,https://post.example/1,,\n"
    )
    found = table(tmp_path, text)
    assert [one.row for one in found.rows] == [
        {"id": "a", "question": "One?", "type": "unanswerable"},
        {"id": "b", "question": "Two?", "type": "unanswerable"},
        {"id": "c", "question": "Three?", "story": "ferry", "open": True, "table": {"Desk": "Mara"}},
        {"id": "d", "question": "Four?", "answers": ["x"]},
    ]
    assert ([one.article for one in found.rows][3], found.unused) == ("https://post.example/1", ("Desk",))


def test_a_bad_row_is_named_with_the_line_on_which_it_begins(tmp_path):
    text = (
        'question,answer,as of,unanswerable\n"Two\nlines?",x,,\n,x,,\nWhen?,x,4 May,\nWhy?,x,,yes\nHow?,,,maybe\n'
        "More?,x,,,,y\n,,,\nLast?,x,,\n"
    )
    found = table(tmp_path, text)
    assert [one.row["question"] for one in found.rows] == ["Two\nlines?", "Last?"]
    name = tmp_path / "q.csv"
    assert found.skipped == [
        f"{name}:4: it has no question.",
        f"{name}:5: its day is '4 May'; write it as 2031-05-04.",
        f"{name}:6: it has an answer, and says that there is none.",
        f"{name}:7: \"unanswerable\" is 'maybe'; write yes or leave it empty.",
        f"{name}:8: it has 6 columns where the first line names 4.",
    ]


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("q.xlsx", "PK", "save the sheet as CSV"),
        ("q.csv", "PK\x03\x04\x00\x00", "save the sheet as CSV"),
        ("q.csv", "", 'no column "question"'),
        ("q.csv", "subject,answer\n", r'no column "question" in its first line \(subject, answer\)'),
        ("q.csv", "question,query,answer\n", 'two columns for "question"'),
    ],
)
def test_what_is_no_table_of_questions(tmp_path, name, text, sentence):
    with pytest.raises(InputError, match=sentence):
        table(tmp_path, text, name)
