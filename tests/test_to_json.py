"""What each result is as JSON, byte for byte: the command line, the chat's API and exports write these objects."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from pullquote.answers import (
    Answer,
    Candidate,
    Citation,
    Course,
    DatedValue,
    Hit,
    PassagesFound,
    Quotation,
    Remark,
    RemarkKind,
    Searched,
    Side,
    State,
)
from pullquote.articles import AddReport, Article, Note, Passage, Skipped
from pullquote.errors import InputError
from pullquote.index.archive import Archive
from pullquote.reports import ArchiveInfo, CheckReport, RemoveReport

from fakes import HashEmbedder

ARTICLE = Article(
    "Dues rise by 2%.",
    id="dues",
    url="https://post.example/dues",
    title="Dues rise",
    outlet="Harbour Post",
    published=dt.date(2031, 5, 4),
    authors=("Mara Lind",),
    language="en",
    extra={"desk": "ports"},
)
PASSAGE = Passage("dues", 0, 16, "Dues rise by 2%.", 6)
HIT = Hit(PASSAGE, ARTICLE, 1.23456789, 0.5555555, 1, None, None, (Hit(PASSAGE, ARTICLE, 0.1),))
HIT_JSON = (
    '{"article_id": "dues", "title": "Dues rise", "outlet": "Harbour Post", "url": "https://post.example/dues", '
    '"published": "2031-05-04", "authors": ["Mara Lind"], "start": 0, "end": 16, "text": "Dues rise by 2%.", '
    '"score": 1.234568, "dense_score": 0.555555, "dense_rank": 1, "lexical_score": null, "lexical_rank": null, '
    '"near_duplicates": 1}'
)
CITATION = Citation(
    article_id="dues",
    title="Dues rise",
    outlet=None,
    url=None,
    published=None,
    authors=(),
    start=13,
    end=15,
    text="2%",
    sentence="Dues rise by 2%.",
    sentence_start=0,
    passage_start=0,
    passage_end=16,
    link=None,
    sha256="ab",
    reader_score=1.23456,
    retrieval_score=0.12345678,
)
CITATION_JSON = (
    '{"article_id": "dues", "title": "Dues rise", "outlet": null, "url": null, "published": null, "authors": [], '
    '"start": 13, "end": 15, "text": "2%", "sentence": "Dues rise by 2%.", "sentence_start": 0, '
    '"passage_start": 0, "passage_end": 16, '
    '"link": null, "sha256": "ab", "reader_score": 1.2346, "retrieval_score": 0.123457}'
)
CANDIDATE = Candidate("2%", 0.81234, 2, (CITATION,), features={"votes": 1.0}, calibrated=True)
CANDIDATE_JSON = (
    f'{{"text": "2%", "confidence": 0.8123, "calibrated": true, "origins": 2, "citations": [{CITATION_JSON}]}}'
)
QUOTATION = Quotation("Dues rise by 2%.", 0, 16, 0.7, CITATION, speaker="Mara Lind")
QUOTATION_JSON = (
    '{"text": "Dues rise by 2%.", "start": 0, "end": 16, "confidence": 0.7, "calibrated": false, '
    f'"speaker": "Mara Lind", "citation": {CITATION_JSON}, "reprints": []}}'
)
DATED = DatedValue("2%", dt.date(2031, 5, 4), ("Harbour Post",), (CITATION,))
DATED_JSON = (
    '{"text": "2%", "day": "2031-05-04", "outlets": ["Harbour Post"], "withdrawn": false, '
    f'"citations": [{CITATION_JSON}]}}'
)
SIDE = Side("dues", "How high are the dues?", (), speaks=False)
SIDE_JSON = '{"about": "dues", "question": "How high are the dues?", "state": "silent", "quotations": []}'
SEARCHED = Searched(3, 7, dt.date(2031, 5, 1), None)
SEARCHED_JSON = '{"articles": 3, "passages": 7, "since": "2031-05-01", "until": null}'
REMARK = Remark(RemarkKind.GREETING, "Hello.", ("Who chairs?",))
REMARK_JSON = '{"kind": "greeting", "text": "Hello.", "try_asking": ["Who chairs?"]}'
ANSWER = Answer("How much?", "2%", False, 0.81234, (CANDIDATE,), SEARCHED, {"search": 1.26}, passages=(HIT,))
REPORT = AddReport(("a",), ("b",), 3, (Skipped("x.txt", "is empty"),), 5, 0.25, (Note("y.txt", "is short"),))


RESULTS = [
    (HIT, HIT_JSON),
    (CITATION, CITATION_JSON),
    (CANDIDATE, CANDIDATE_JSON),
    (QUOTATION, QUOTATION_JSON),
    (DATED, DATED_JSON),
    (SIDE, SIDE_JSON),
    (SEARCHED, SEARCHED_JSON),
    (
        Searched(0, 0, altered=("a7",)),
        '{"articles": 0, "passages": 0, "since": null, "until": null, "altered": ["a7"]}',
    ),
    (REMARK, REMARK_JSON),
    (
        ANSWER,
        '{"question": "How much?", "answer": "2%", "abstained": false, "confidence": 0.8123, "calibrated": true, '
        '"state": "sure", '
        f'"quotations": [], "answers": [{CANDIDATE_JSON}], "searched": {SEARCHED_JSON}, '
        '"timings_ms": {"search": 1.3}}',
    ),
    (
        Answer(
            question="How much?",
            answer=None,
            abstained=True,
            confidence=0.0,
            answers=(),
            searched=SEARCHED,
            timings_ms={},
            understood="How much are dues?",
            quotations=(QUOTATION,),
            speaks=True,
            remark=REMARK,
            sides=(SIDE,),
            items=(CANDIDATE,),
            by_day=(DATED, DATED),
            course=Course.CHANGED,
        ),
        '{"question": "How much?", "understood": "How much are dues?", "answer": null, "abstained": true, '
        f'"confidence": 0.0, "calibrated": false, "state": "speaks", '
        f'"remark": {REMARK_JSON}, "quotations": [{QUOTATION_JSON}], '
        f'"answers": [], "sides": [{SIDE_JSON}], "items": [{CANDIDATE_JSON}], "course": "changed", '
        f'"by_day": [{DATED_JSON}, {DATED_JSON}], "searched": {SEARCHED_JSON}, "timings_ms": {{}}}}',
    ),
    (
        PassagesFound("How much?", None, (HIT,), SEARCHED, {"search": 1.26}),
        f'{{"question": "How much?", "passages": [{HIT_JSON}], "searched": {SEARCHED_JSON}, '
        '"timings_ms": {"search": 1.3}}',
    ),
    (PASSAGE, '{"article_id": "dues", "start": 0, "end": 16, "text": "Dues rise by 2%.", "tokens": 6}'),
    (
        ARTICLE,
        '{"desk": "ports", "id": "dues", "url": "https://post.example/dues", "title": "Dues rise", '
        '"outlet": "Harbour Post", "published": "2031-05-04", "authors": ["Mara Lind"], "language": "en", '
        '"text": "Dues rise by 2%."}',
    ),
    (Article("Hm.", extra={"url": "no link"}), '{"url": "no link", "text": "Hm."}'),
    (
        REPORT,
        '{"added": ["a"], "updated": ["b"], "unchanged": 3, '
        '"skipped": [{"source": "x.txt", "reason": "is empty", "unsupported": false}], "passages": 5, '
        '"seconds": 0.25, "notes": [{"source": "y.txt", "text": "is short"}]}',
    ),
    (RemoveReport(("a",), ("b",)), '{"removed": ["a"], "missing": ["b"]}'),
    (
        CheckReport((), ("wrote it anew",), ("is old",)),
        '{"ok": true, "problems": [], "repaired": ["wrote it anew"], "notes": ["is old"], "advice": ""}',
    ),
    (
        ArchiveInfo(
            path="news.pq",
            format_version=2,
            articles=3,
            passages=7,
            first_day=dt.date(2031, 5, 4),
            last_day=None,
            outlets=(("Harbour Post", 2),),
            embedder="hash",
            embedder_sha256="ab",
            dimension=64,
            bytes_on_disk=9,
            content_sha256="cd",
        ),
        '{"path": "news.pq", "format_version": 2, "articles": 3, "passages": 7, "first_day": "2031-05-04", '
        '"last_day": null, "outlets": [{"name": "Harbour Post", "articles": 2}], "embedder": "hash", '
        '"embedder_sha256": "ab", "dimension": 64, "bytes_on_disk": 9, "content_sha256": "cd"}',
    ),
]

each_result = pytest.mark.parametrize(
    ("result", "written"), RESULTS, ids=lambda value: type(value).__name__ if not isinstance(value, str) else ""
)


@each_result
def test_the_object_is_written_so(result, written):
    assert json.dumps(result.to_json()) == written


@each_result
def test_the_object_makes_the_result_again(result, written):
    value = json.loads(written)
    again = type(result).from_json(value).to_json()
    # Of near duplicates the object has the count alone.
    for hit in {Hit: [value], PassagesFound: value.get("passages")}.get(type(result), []):
        hit["near_duplicates"] = 0
    assert again == value


def test_days_states_and_spans_come_back_as_what_they_are():
    again = Answer.from_json(json.loads(json.dumps(ANSWER.to_json())))
    assert again.state is State.SURE
    assert again.searched.since == dt.date(2031, 5, 1)
    citation = again.answers[0].citations[0]
    assert citation.sentence[citation.start - citation.sentence_start :][:2] == "2%"
    assert again.passages == ()
    assert Hit.from_json(HIT.to_json()).article.outlet == "Harbour Post"
    assert Article.from_json(ARTICLE.to_json()) == ARTICLE


def _changed(**keys):
    return {**CITATION.to_json(), **keys}


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Citation.from_json(_changed(start="13")), "Citation.start is '13', not a whole number."),
        (lambda: Citation.from_json(_changed(start=True)), "Citation.start is True, not a whole number."),
        (
            lambda: Citation.from_json(_changed(published="May 4")),
            "Citation.published is 'May 4', not a day as YYYY-MM-DD.",
        ),
        (lambda: Citation.from_json(_changed(authors="Lind")), "Citation.authors is 'Lind', not a list."),
        (lambda: Citation.from_json(_changed(authors=[3])), "Citation.authors[0] is 3, not a string."),
        (
            lambda: Answer.from_json(CITATION.to_json()),
            "Answer lacks 'question': it is no object of Answer.to_json().",
        ),
        (lambda: Answer.from_json(json.dumps(ANSWER.to_json())), 'Answer is \'{"question"'),
        (
            lambda: Answer.from_json({**ANSWER.to_json(), "answers": [{"text": "2%"}]}),
            "Answer.answers[0] lacks 'confidence'",
        ),
        (
            lambda: Answer.from_json({**ANSWER.to_json(), "course": "up"}),
            "Answer.course is 'up', not one of agree, changed, disagree.",
        ),
        (lambda: ArchiveInfo.from_json({"outlets": 3}), "ArchiveInfo lacks 'path'"),
    ],
)
def test_what_is_no_such_object_is_said_with_the_place(make, sentence):
    with pytest.raises(InputError) as raised:
        make()
    assert str(raised.value).startswith(sentence)


def test_articles_written_as_rows_are_read_as_they_were(tmp_path):
    with Archive.open(tmp_path / "news.pq", create=True, embedder=HashEmbedder()) as archive:
        archive.add_articles([ARTICLE, Article("A storm.", url="https://post.example/storm")])
        rows = "".join(json.dumps(article.to_json()) + "\n" for article in archive.articles())
        (tmp_path / "out.jsonl").write_text(rows, encoding="utf-8")
        report = archive.add(tmp_path / "out.jsonl")
        assert (report.added, report.updated, report.unchanged, report.skipped) == ((), (), 2, ())
