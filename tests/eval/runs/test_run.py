"""Five articles, a reader that finds what it is told to: what each question's row says, and how a run goes on."""

import datetime as dt
import json
import math
import os
from dataclasses import replace

import pytest

import pullquote
from pullquote.errors import SourceError
from pullquote.eval.gold.questions import GoldDatedValue, GoldQuestion, GoldSet, GoldSpan
from pullquote.eval.runs.asking import SEARCH_DEPTH, Judge, ask_all, supports
from pullquote.eval.runs.rows import CandidatePlace
from pullquote.eval.runs.run_files import FACTS_FILE, ROWS_FILE, read_rows, row_line
from pullquote.index.archive import Archive
from pullquote.qa.engine import PASSAGES_READ, Engine
from pullquote.qa.ranking.combining import Combiner
from pullquote.qa.ranking.confidence import FEATURES
from pullquote.qa.ranking.found import RANK_PENALTY, TEMPERATURE
from pullquote.qa.ranking.thresholds import GIVEN_FROM, SPEAKS_FROM, SURE

from eval_fakes import FindingReader, span, write_lines
from fakes import HashEmbedder

CHAIR = {
    "id": "chair",
    "url": "https://post.example/chair",
    "title": "Port has a chair",
    "outlet": "Post",
    "published": "2031-05-02",
    "text": "It rained.\n\nShare\n\nThe harbour board of Varn is chaired by Mara Lind, who beat Jon Vig on Sunday.",
}
TOLL = {
    "id": "toll",
    "url": "https://wire.example/toll",
    "outlet": "Wire",
    "published": "2031-05-04",
    "text": "VARN - Nine people died when the old ferry Osk sank off the northern cape, the coastguard said on Sunday.",
}
REPRINT = {
    "id": "reprint",
    "url": "https://post.example/toll",
    "outlet": "Post",
    "published": "2031-05-05",
    "text": "Nine people died when the old ferry Osk sank off the northern cape, the coastguard said on Sunday.",
}
LATER = {
    "id": "later",
    "url": "https://daily.example/toll",
    "outlet": "Daily",
    "published": "2031-05-20",
    "text": "Eleven are known to have died on the Osk, twice what was feared when she went down.",
}
FLEET = {"id": "fleet", "text": "In the storm the fleet lost three boats: the Ulfrin, the Steg and the Morvig."}
ARTICLES = [CHAIR, TOLL, REPRINT, LATER, FLEET]

WHO = "Who chairs the harbour board of Varn?"
TOLL_NOW = "How many people died on the ferry Osk?"
BOATS = "Which boats did the fleet lose in the storm?"
PAY = "What is the chair of the harbour board paid?"


@pytest.fixture(autouse=True)
def _no_torch(monkeypatch):
    monkeypatch.setattr("pullquote.eval.runs.asking.has_fast_bfloat16", lambda: False)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    articles = write_lines(folder / "articles.jsonl", ARTICLES)
    with Archive.open(folder / "news.pq", create=True, embedder=HashEmbedder()) as opened:
        opened.add([articles])
        yield opened


def gold_of(*questions, **changes):
    plain = GoldSet("Tarn", questions, "aa" * 32, reprints=(frozenset({TOLL["url"], REPRINT["url"]}),))
    return replace(plain, **changes)


def fact(name, question, *answers, spans=(), **changes):
    places = tuple(GoldSpan(**span(article, words)) for article, words in spans)
    kind = "fact" if answers else "unanswerable"
    return replace(GoldQuestion(name, question, type=kind, answers=answers, spans=places), **changes)


def row_of(archive, found, question, **changes):
    """Return the row of one question, given what the reader finds: (words, margin above no answer)."""
    engine = Engine(archive, reader=FindingReader({question.question: found}))
    return Judge(archive, gold_of(question, **changes)).ask(engine, question)


def confidence(margin, rank=0):
    vote = math.exp(margin / TEMPERATURE - RANK_PENALTY * rank)
    return pytest.approx(vote / (vote + 1))


def test_a_right_answer_field_by_field(archive):
    asked = fact("q1", WHO, "Mara Lind", "Lind", spans=[(CHAIR, "Mara Lind")], split="tune", as_of=dt.date(2031, 5, 3))
    row = row_of(archive, [("Mara Lind", 4.0)], asked)
    assert (row.id, row.type, row.split, row.question, row.as_of) == ("q1", "fact", "tune", WHO, "2031-05-03")
    assert (row.accepted, row.answerable, row.judged, row.error) == (("Mara Lind", "Lind"), True, True, "")
    assert (row.answer, row.best, row.abstained, row.good) == ("Mara Lind", "Mara Lind", False, True)
    assert row.confidence == confidence(4.0)  # e / (e + 1)
    assert (row.exact_match, row.f1, row.right, row.right_source) == (1.0, 1.0, True, True)
    assert (row.verbatim, row.origins_right) == (True, True)
    assert (row.items_found, row.values_found) == (None, None)
    assert row.hits == (CHAIR["url"],)  # the others were printed later, or nobody knows when
    assert (row.relevant, row.answer_rank) == ({CHAIR["url"]: 1}, 1)
    assert row.place == CandidatePlace(
        CHAIR["url"], "Port has a chair", "Post", "2031-05-02", CHAIR["text"][19:], 40, 49
    )
    assert CHAIR["text"][19 + 40 : 19 + 49] == "Mara Lind"
    (only,) = row.candidates
    assert (only.text, only.right, only.confidence) == ("Mara Lind", True, row.confidence)
    assert set(only.features) == set(FEATURES)
    assert only.features["margin"] == 4.0
    assert set(row.timings_ms) == {"search", "read", "combine", "total"}


def test_a_wrong_answer_with_the_right_one_behind_it(archive):
    asked = fact("q1", WHO, "Mara Lind", spans=[(CHAIR, "Mara Lind")])
    row = row_of(archive, [("Mara Lind", 2.0), ("Jon Vig", 4.0)], asked)
    assert (row.answer, row.right, row.good, row.right_source) == ("Jon Vig", False, False, False)
    assert (row.exact_match, row.f1) == (0.0, 0.0)
    assert [(one.text, one.right) for one in row.candidates] == [("Jon Vig", False), ("Mara Lind", True)]
    assert row.answer_rank == 1  # found, and not chosen


def test_too_many_words_are_half_right(archive):
    row = row_of(archive, [("chaired by Mara Lind", 4.0)], fact("q1", WHO, "Mara Lind"))
    # Precision 2/4, recall 2/2.
    assert (row.exact_match, row.f1, row.right) == (0.0, pytest.approx(2 / 3), False)


def test_exact_match_is_that_of_the_sets_own_scorer(archive):
    asked = fact("q1", WHO, "The Mara Lind")
    found = [("Mara Lind", 4.0)]
    assert row_of(archive, found, asked).exact_match == 1.0  # SQuAD leaves "the" out
    assert row_of(archive, found, asked, scorer="realtimeqa").exact_match == 0.0


def test_right_words_from_a_place_that_does_not_support_them(archive):
    asked = fact("q1", "On which day was the chair of the harbour board elected?", "Sunday")
    row = row_of(archive, [("Sunday", 4.0)], asked)
    assert (row.right, row.right_source, row.place.article) == (True, None, CHAIR["url"])
    elsewhere = replace(asked, spans=(GoldSpan(**span(TOLL, "Sunday")),))
    assert row_of(archive, [("Sunday", 4.0)], elsewhere).right_source is False
    there = replace(asked, spans=(GoldSpan(**span(TOLL, "Sunday")), GoldSpan(**span(CHAIR, "on Sunday"))))
    assert row_of(archive, [("Sunday", 4.0)], there).right_source is True


def test_a_right_answer_withheld(archive):
    row = row_of(archive, [("Mara Lind", -4.0)], fact("q1", WHO, "Mara Lind", spans=[(CHAIR, "Mara Lind")]))
    assert (row.answer, row.abstained, row.best, row.right, row.right_source) == (None, True, "Mara Lind", True, True)
    assert row.confidence == confidence(-4.0)
    assert row.confidence < 0.5
    assert (row.good, row.given(row.f1)) == (False, 0.0)


@pytest.mark.parametrize(("margin", "answer", "good"), [(-4.0, None, True), (4.0, "Mara Lind", False)])
def test_an_unanswerable_question_withheld_and_answered(archive, margin, answer, good):
    row = row_of(archive, [("Mara Lind", margin)], fact("q1", PAY, why="missing-fact"))
    assert (row.answer, row.good, row.best, row.right) == (answer, good, "Mara Lind", False)
    assert (row.answerable, row.right_source, row.exact_match, row.f1) == (False, None, 0.0, 0.0)
    assert (row.relevant, row.answer_rank, row.candidates[0].right) == ({}, None, False)


def test_no_candidate_at_all(archive):
    row = row_of(archive, [], fact("q1", WHO, "Ada Brandt", spans=[(CHAIR, "Mara Lind")]))
    assert (row.answer, row.best, row.confidence, row.candidates, row.place) == (None, "", 0.0, (), None)
    assert (row.right, row.right_source, row.verbatim, row.origins_right) == (False, False, True, None)
    assert row.answer_rank is None


def test_items_of_a_list_among_candidates_and_items(archive):
    items = (("Ulfrin", "the Ulfrin"), ("Steg",), ("Morvig",), ("Osk",))
    asked = fact("q1", BOATS, "Ulfrin", "the Ulfrin", "Steg", "Morvig", "Osk", type="list", items=items)
    row = row_of(archive, [("the Ulfrin", 4.0), ("Morvig", 2.0), ("three boats", 3.0)], asked)
    # The reader finds two; the sentence that it finds them in names the third beside them.
    assert row.items_found == 3 / 4
    assert row.values_found is None
    assert row_of(archive, [], asked).items_found == 0.0


def test_values_of_a_changing_answer_that_were_known_by_then(archive):
    values = tuple(
        GoldDatedValue(value, article["outlet"], dt.date.fromisoformat(article["published"]), article["url"])
        for value, article in (("Nine", TOLL), ("Eleven", LATER), ("9 people", REPRINT), ("nine", REPRINT))
    )
    asked = fact("q1", TOLL_NOW, "Eleven", type="changing", values=values)
    found = [("Nine", 4.0), ("Eleven", 2.0)]
    assert row_of(archive, found, asked).values_found == 1.0
    # Nine in three places is one value, in whatever words.
    assert row_of(archive, found[1:], asked).values_found == 1 / 2
    assert row_of(archive, found[:1], asked).values_found == 1 / 2
    assert row_of(archive, [("Nine people", 4.0)], replace(asked, values=values[:2])).values_found == 1 / 2
    by_fourth = replace(asked, as_of=dt.date(2031, 5, 4))
    assert row_of(archive, found, by_fourth).values_found == 1.0  # of one
    assert row_of(archive, found[1:], by_fourth).values_found == 0.0
    assert row_of(archive, found, replace(asked, as_of=dt.date(2031, 5, 3))).values_found is None


def test_reprints_are_one_origin(archive):
    asked = fact("q1", TOLL_NOW, "Nine", spans=[(REPRINT, "Nine")])
    row = row_of(archive, [("Nine", 4.0)], asked)
    assert row.origins_right is True
    # One is shown under the other, and found, too.
    assert row.hits[:2] == (REPRINT["url"], TOLL["url"])
    assert len(row.hits) == len(set(row.hits)) == 5
    # Counted as one, while the set takes them for two.
    assert row_of(archive, [("Nine", 4.0)], asked, reprints=(frozenset("ab"),)).origins_right is False
    assert row_of(archive, [("Nine", 4.0)], asked, reprints=()).origins_right is None


class Doctored(Engine):
    """An engine whose answers' citations are changed before anybody sees them."""

    def __init__(self, archive, found, change):
        super().__init__(archive, reader=FindingReader(found))
        self._change = change

    def ask(self, question, **bounds):
        answer = super().ask(question, **bounds)
        return replace(
            answer,
            answers=tuple(replace(one, citations=self._change(one.citations)) for one in answer.answers),
        )


@pytest.mark.parametrize(
    ("change", "verbatim"),
    [
        ({}, True),
        ({"start": 58}, False),
        ({"text": "Mara Lund"}, False),
        ({"sha256": "00"}, False),
        ({"article_id": "nobody"}, False),
    ],
)
def test_citations_are_compared_with_the_articles(archive, change, verbatim):
    asked = fact("q1", WHO, "Mara Lind")
    engine = Doctored(archive, {WHO: [("Mara Lind", 4.0)]}, lambda cited: (*cited[:-1], replace(cited[-1], **change)))
    assert Judge(archive, gold_of(asked)).ask(engine, asked).verbatim is verbatim


def test_origins_are_not_judged_where_not_all_citations_are_there(archive):
    asked = fact("q1", WHO, "Mara Lind")
    engine = Doctored(archive, {WHO: [("Mara Lind", 4.0)]}, lambda cited: cited * 10)
    assert Judge(archive, gold_of(asked)).ask(engine, asked).origins_right is None
    engine = Doctored(archive, {WHO: [("Mara Lind", 4.0)]}, lambda cited: cited * 9)
    assert Judge(archive, gold_of(asked)).ask(engine, asked).origins_right is True


def test_a_citation_supports_if_it_overlaps(archive):
    asked = fact("q1", WHO, "Mara Lind")
    answer = Engine(archive, reader=FindingReader({WHO: [("Mara Lind", 4.0)]})).ask(WHO)
    cited = answer.answers[0].citations[0]
    assert (cited.start, cited.end) == (59, 68)
    for start, end, wanted in ((59, 68, True), (67, 72, True), (48, 60, True), (68, 72, False), (48, 59, False)):
        assert supports(cited, [GoldSpan(CHAIR["url"], start, end, "")]) is wanted, (start, end)
    assert not supports(cited, [GoldSpan(TOLL["url"], 59, 68, "")])
    assert not supports(cited, asked.spans)
    without_url = replace(cited, url=None)
    assert supports(without_url, [GoldSpan("chair", 59, 68, "")])


def test_a_question_that_cannot_be_asked_is_wrong(archive):
    for text, error in (("???", "no letter or digit"), ("a" * 5000, "5,000 characters")):
        for asked in (fact("q1", text, "Mara Lind"), fact("q1", text)):
            row = row_of(archive, [], asked)
            assert error in row.error
            assert (row.good, row.given(1.0), row.answerable) == (False, 0.0, asked.answerable)


def test_of_a_set_that_judges_articles_only_the_search_is_asked(archive):
    asked = GoldQuestion("q1", WHO, type="retrieval", relevant={"chair": 2})
    engine = Engine(archive, reader=(reader := FindingReader({})))
    row = Judge(archive, gold_of(asked)).ask(engine, asked)
    assert reader.asked == []
    assert (row.judged, row.relevant, row.hits[0], row.timings_ms) == (False, {"chair": 2}, CHAIR["url"], {})


# whole runs

QUESTIONS = tuple(
    fact(name, text, *answers)
    for name, text, *answers in (("q1", WHO, "Mara Lind"), ("q2", TOLL_NOW, "Nine"), ("q3", BOATS, "Steg"), ("q4", PAY))
)
FOUND = {WHO: [("Mara Lind", 4.0)], TOLL_NOW: [("Nine", 4.0)], BOATS: [("Ulfrin", 4.0)], PAY: [("Jon Vig", -4.0)]}
GOLD = gold_of(*QUESTIONS)


def test_a_run_and_its_facts(archive, tmp_path):
    seen = []
    engine = Engine(archive, reader=FindingReader(FOUND))
    run = ask_all(
        engine, GOLD, QUESTIONS, split="tune", folder=tmp_path / "r", seed=3, progress=lambda *at: seen.append(at)
    )
    assert [(row.id, row.good) for row in run.rows] == [("q1", True), ("q2", True), ("q3", False), ("q4", True)]
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    info, facts = archive.info(), run.facts
    assert (facts.gold, facts.gold_sha256, facts.split, facts.n) == ("Tarn", "aa" * 32, "tune", 4)
    assert (facts.archive_sha256, facts.articles, facts.passages) == (info.content_sha256, 5, 6)
    assert (facts.reader, facts.reader_sha256, facts.confidence_sha256) == ("finding", "f" * 64, "")
    assert (facts.embedder, facts.embedder_sha256) == ("hash", HashEmbedder().sha256)
    assert facts.settings == {
        "passages_read": PASSAGES_READ,
        "spans_a_passage": 5,
        "sure": SURE,
        "given_from": GIVEN_FROM,
        "speaks_from": SPEAKS_FROM,
    }
    assert (facts.seed, facts.bfloat16, facts.cores) == (3, False, os.cpu_count())
    assert facts.pullquote == pullquote.__version__
    assert tuple(read_rows(tmp_path / "r" / ROWS_FILE)) == run.rows
    assert json.loads((tmp_path / "r" / FACTS_FILE).read_text())["settings"]["passages_read"] == PASSAGES_READ


def test_without_a_folder_nothing_is_kept(archive, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = ask_all(Engine(archive, reader=FindingReader(FOUND)), GOLD, QUESTIONS[:2])
    assert (len(run.rows), run.facts.split) == (2, "all")
    assert list(tmp_path.iterdir()) == []


def stopped_run(archive, folder, after):
    reader = FindingReader(FOUND)
    reader.stops_after = after
    with pytest.raises(KeyboardInterrupt):
        ask_all(Engine(archive, reader=reader), GOLD, QUESTIONS, folder=folder)
    return read_rows(folder / ROWS_FILE)


@pytest.mark.parametrize("after", [0, 1, 3])
def test_an_interrupted_run_asks_only_what_is_missing(archive, tmp_path, after):
    kept = stopped_run(archive, tmp_path / "r", after)
    assert [row.id for row in kept] == ["q1", "q2", "q3"][:after]
    reader = FindingReader(FOUND)
    run = ask_all(Engine(archive, reader=reader), GOLD, QUESTIONS, folder=tmp_path / "r")
    assert reader.asked == [question.question for question in QUESTIONS[after:]]
    assert [row.id for row in run.rows] == ["q1", "q2", "q3", "q4"]
    assert list(run.rows[:after]) == kept
    again = FindingReader(FOUND)
    assert ask_all(Engine(archive, reader=again), GOLD, QUESTIONS, folder=tmp_path / "r") == run
    assert again.asked == []


@pytest.mark.parametrize("cut", [1, 40, 300])
def test_a_row_cut_off_by_a_kill_is_asked_again(archive, tmp_path, cut):
    stopped_run(archive, tmp_path, 2)
    file = tmp_path / ROWS_FILE
    file.write_bytes(file.read_bytes()[:-cut])
    reader = FindingReader(FOUND)
    run = ask_all(Engine(archive, reader=reader), GOLD, QUESTIONS, folder=tmp_path)
    # Without its line feed alone, the row is whole.
    assert reader.asked == [WHO, TOLL_NOW, BOATS, PAY][2 if cut == 1 else 1 :]
    assert tuple(sorted(read_rows(file), key=lambda row: row.id)) == run.rows


def test_what_could_not_be_asked_is_tried_again(archive, tmp_path):
    odd = fact("q0", "???", "Lind")
    run = ask_all(Engine(archive, reader=FindingReader(FOUND)), gold_of(odd), [odd, QUESTIONS[0]], folder=tmp_path)
    assert [bool(row.error) for row in run.rows] == [True, False]
    # As if the second one had failed for a reason that is gone.
    failed = [run.rows[0], replace(run.rows[1], error="no")]
    (tmp_path / ROWS_FILE).write_text("".join(map(row_line, failed)), encoding="utf-8")
    reader = FindingReader(FOUND)
    again = ask_all(Engine(archive, reader=reader), gold_of(odd), [odd, QUESTIONS[0]], folder=tmp_path)
    assert reader.asked == [WHO]
    assert [bool(row.error) for row in again.rows] == [True, False]
    assert read_rows(tmp_path / ROWS_FILE) == list(again.rows)


@pytest.mark.parametrize(
    "change", ["reader", "settings", "gold", "split", "seed", "archive", "confidence", "combination", "code"]
)
def test_another_run_asks_all_anew(archive, tmp_path, change, monkeypatch):
    stopped_run(archive, tmp_path / "r", 1)
    reader = FindingReader(FOUND, sha256=("e" if change == "reader" else "f") * 64)
    opened, gold = archive, GOLD
    if change == "gold":
        gold = replace(GOLD, sha256="ab" * 32)
    if change in ("archive", "confidence"):
        opened = Archive.open(tmp_path / "other.pq", create=True, embedder=HashEmbedder())
        opened.add([write_lines(tmp_path / "a.jsonl", ARTICLES if change == "confidence" else ARTICLES[:4])])
    if change == "confidence":
        model = {"mean": [0.0], "scale": [1.0], "weights": [1.0], "features": ["margin"], "intercept": 0.0}
        facts = model | {"model_sha256": "f" * 64, "fitted_on": ""}
        (tmp_path / "other.pq" / "confidence.json").write_text(json.dumps(facts))
    if change == "combination":
        reader.folder = tmp_path
        Combiner("f" * 64, (0.0,), (1.0,), (2.0,), 0.0, ("support",)).save(tmp_path / "combination.json")
    if change == "code":
        monkeypatch.setattr("pullquote.eval.runs.asking.code_sha256", lambda *packages: "of another splitter")
    engine = Engine(opened, reader=reader, passages=3 if change == "settings" else 12)
    options = {"split": {"split": "tune"}, "seed": {"seed": 1}}.get(change, {})
    run = ask_all(engine, gold, QUESTIONS, folder=tmp_path / "r", **options)
    # A list's further passages are read by themselves.
    assert len(set(reader.asked)) == 4
    assert read_rows(tmp_path / "r" / ROWS_FILE) == list(run.rows)


def test_the_same_articles_in_another_archive_go_on(archive, tmp_path):
    stopped_run(archive, tmp_path / "r", 3)
    with Archive.open(tmp_path / "other.pq", create=True, embedder=HashEmbedder()) as same:
        same.add([write_lines(tmp_path / "a.jsonl", ARTICLES[::-1])])
        reader = FindingReader(FOUND)
        ask_all(Engine(same, reader=reader), GOLD, QUESTIONS, folder=tmp_path / "r")
    assert reader.asked == [PAY]


def test_rows_without_facts_are_not_overwritten(archive, tmp_path):
    (tmp_path / ROWS_FILE).write_text("somebody's notes\n")
    with pytest.raises(SourceError, match=r"run\.json cannot be read"):
        ask_all(Engine(archive, reader=FindingReader(FOUND)), GOLD, QUESTIONS, folder=tmp_path)
    assert (tmp_path / ROWS_FILE).read_text() == "somebody's notes\n"


def test_search_is_judged_deeper_than_the_engine_reads(archive):
    asked = fact("q1", WHO, "Mara Lind")
    asks = []

    class Watched:
        def search(self, query, *, limit, filters):
            asks.append((limit, filters.as_of))
            return archive.search(query, limit=limit, filters=filters)

        def article(self, name):
            return archive.article(name)

    Judge(Watched(), gold_of(asked)).ask(Engine(archive, reader=FindingReader({})), asked)
    assert asks == [(SEARCH_DEPTH, None)]
    assert SEARCH_DEPTH == 50
