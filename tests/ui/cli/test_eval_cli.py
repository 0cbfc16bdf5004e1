"""`eval`, `calibrate` and `check-gold` over real archives and a reader that finds what it is told to."""

import json
import math
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from typer.main import get_command
from typer.testing import CliRunner

from pullquote.eval.runs.run_files import FACTS_FILE, ROWS_FILE, begin, read_rows
from pullquote.index.archive import Archive
from pullquote.qa.engine import PASSAGES_READ, Engine
from pullquote.qa.ranking import confidence
from pullquote.qa.ranking.found import TEMPERATURE
from pullquote.ui.cli.app import app

from eval_fakes import FACTS, FindingReader, candidate, right, row, span, write_gold, write_lines
from fakes import HashEmbedder

# matplotlib keeps its list of fonts in the home directory, unless it is told another place.
os.environ.setdefault("MPLCONFIGDIR", str(Path(__file__).parents[3] / ".cache/matplotlib"))

RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

BOATS = {"Varn": "Ulfrin", "Tarn": "Steg", "Skelm": "Morvig", "Nolby": "Halden", "Brack": "Torsk"}
ARTICLES = [
    {"id": town, "text": f"In {town} the ferry {name} lies at the quay until {day} June."}
    for day, (town, name) in enumerate(BOATS.items(), 2)
]
ASKED = {town: f"Which ferry lies at the quay in {town}?" for town in BOATS}
PAY = "What is the captain of the ferry at the quay in Varn paid?"


def question(at, town, **changes):
    place = span(ARTICLES[at], BOATS[town])
    plain = {"id": town, "question": ASKED[town], "answers": [BOATS[town]], "spans": [place], "split": "report"}
    return plain | {"story": town} | changes


QUESTIONS = [
    question(0, "Varn"),
    question(1, "Tarn"),
    question(2, "Skelm"),
    {"id": "pay", "type": "unanswerable", "question": PAY, "split": "report", "story": "Varn", "why": "missing-fact"},
    question(3, "Nolby", split="tune"),
    question(4, "Brack", split="tune"),
]
# Right and given; right and withheld; wrong and given; withheld where there is none; right; right.
FOUND = {
    ASKED["Varn"]: [("Ulfrin", 8.0)],
    ASKED["Tarn"]: [("Steg", -2.0)],
    ASKED["Skelm"]: [("Skelm", 4.0)],
    PAY: [("Ulfrin", -4.0)],
    ASKED["Nolby"]: [("Halden", 4.0)],
    ASKED["Brack"]: [("Torsk", 4.0)],
}


@pytest.fixture
def gold(tmp_path):
    return write_gold(tmp_path / "gold", ARTICLES, QUESTIONS)


@pytest.fixture
def reader(monkeypatch):
    """The reader that the command line loads; `reader.found` may be changed."""
    found = dict(FOUND)
    made = FindingReader(found)
    made.found = found
    monkeypatch.setattr("pullquote.qa.engine.load_reader", lambda name: made)
    return made


@pytest.fixture
def run(reader, tmp_path, monkeypatch, few_resamples):
    monkeypatch.setattr("pullquote.index.archive.SentenceTransformerEmbedder", lambda name: HashEmbedder())
    monkeypatch.setattr("pullquote.index.archive._LOADED_BY_NAME", HashEmbedder)
    for module in ("runs.asking", "gold.archives"):
        monkeypatch.setattr(f"pullquote.eval.{module}.has_fast_bfloat16", lambda: False)
    monkeypatch.setenv("PULLQUOTE_CACHE", str(tmp_path / "cache"))
    for name in ("PULLQUOTE_ARCHIVE", "PULLQUOTE_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments):
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return invoke


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("at-hand")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pullquote.index.archive._LOADED_BY_NAME", HashEmbedder)
        with Archive.open(folder / "ferries.pq", create=True, embedder=HashEmbedder()) as made:
            made.add([write_lines(folder / "articles.jsonl", ARTICLES)])
    return folder / "ferries.pq"


@pytest.fixture
def at_hand(run, made_once, monkeypatch):
    """An archive of the set's articles, made once: making one anew takes most of a test's time."""
    monkeypatch.setattr("pullquote.eval.gold.archives.gold_archive", lambda *_, **__: Archive.open(made_once))


def test_the_users_own_archive_is_not_asked_a_sets_questions(run, gold, tmp_path, monkeypatch):
    monkeypatch.setenv("PULLQUOTE_ARCHIVE", str(tmp_path / "nothing-here.pq"))
    assert run("eval", gold, "--json").exit_code == 0


@pytest.fixture
def no_report(monkeypatch):
    """Spares the plots, which have tests of their own."""
    monkeypatch.setattr("pullquote.eval.report.page.write_report", lambda path, *_, **__: path.write_text("<html>"))


def strict(text):
    def refuse(name):
        raise AssertionError(f"{name} is not JSON")

    return json.loads(text, parse_constant=refuse)


def refused(result, code, sentence):
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    assert sentence in result.stderr
    assert result.stderr.splitlines()[-1].startswith("pullquote: error: ")
    assert "Traceback" not in result.stderr
    assert not RAW.search(result.stderr.replace("\n", ""))


# eval


def test_eval_asks_the_report_split_of_the_sets_own_articles(run, gold, reader):
    result = run("eval", gold)
    assert (result.exit_code, result.stderr) == (0, "")
    assert reader.asked == [ASKED["Varn"], ASKED["Tarn"], ASKED["Skelm"], PAY]
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[0] == "Tarn, report: 4 questions over 5 articles; reader finding, embedder hash."
    rows = {line.split()[0]: line for line in reversed(lines) if line}
    # Quoted: the sentences of both right values. Useful: the one that is sure, and the silence where nothing answers.
    interval = r"\([\d.]+-[\d.]+\)"
    assert re.fullmatch(rf"all 4 50\.0 {interval} 33\.3 {interval} 50\.0 50\.0 50\.0 66\.7 66\.7 50\.0", rows["all"])
    assert re.fullmatch(r"unanswerable 1 100\.0 \(20\.7-100\.0\) - 100\.0 100\.0 0\.0 - - 100\.0", rows["unanswerable"])
    assert "all 1 of 2 0 of 0 1 of 2" in lines
    # All of three, of four, of one: Wilson's intervals.
    assert any(re.fullmatch(r"hit@20 100\.0 43\.9 to 100\.0 3", line) for line in lines)
    assert any(re.fullmatch(r"verbatim 100\.0 51\.0 to 100\.0 4", line) for line in lines)
    assert any(re.fullmatch(r"missing-fact 100\.0 20\.7 to 100\.0 1", line) for line in lines)
    assert "Intervals and p-values: resampling questions." in lines
    # By falling confidence R .88, W .73, R .38, W .27: of four pairs the right one is surer in three. Cheapest is
    # to give the first three: one wrong, none withheld.
    assert any(re.fullmatch(r"AUROC \(0 to 1, higher is better\) 0\.750 .* 4", line) for line in lines)
    assert "1 times a missing one: to give answers from a confidence of 0.38 (mean cost 0.250" in " ".join(lines)
    assert any(line.startswith("total: median ") for line in lines)
    assert "Confidence is not fitted for this reader: it orders answers, and is no probability." in lines


@pytest.mark.usefixtures("at_hand")
def test_eval_json_is_complete_and_one_line(run, gold):
    result = run("eval", gold, "--json")
    assert (result.exit_code, result.stderr, result.stdout.count("\n")) == (0, "", 1)
    told = strict(result.stdout)
    assert list(told) == ["run", "scores", "comparison", "below_floors"]
    assert (told["comparison"], told["below_floors"]) == (None, [])
    assert (told["run"]["gold"], told["run"]["split"], told["run"]["n"]) == ("Tarn", "report", 4)
    assert told["run"]["settings"]["passages_read"] == PASSAGES_READ
    scores = told["scores"]
    assert list(scores) == [
        "groups", "why", "retrieval", "abstention", "curve", "threshold", "calibration", "bins", "citations", "lists",
        "quotations", "latency_ms", "errors", "wrong_cost", "stories",
    ]  # fmt: skip
    assert list(scores["groups"]) == ["all", "answerable", "unanswerable", "fact"]
    assert scores["groups"]["all"]["right"]["value"] == 50
    assert set(scores["groups"]["all"]["right"]) == {"value", "low", "high", "n", "stories"}
    assert {why: (figure["value"], figure["n"]) for why, figure in scores["why"].items()} == {"missing-fact": (100, 1)}
    assert scores["stories"] == 0
    assert set(scores["retrieval"]) == {
        *(f"hit@{depth}" for depth in (1, 5, 20, 50)), *(f"recall@{depth}" for depth in (1, 5, 20)),
        "MRR@10", "nDCG@10",
    }  # fmt: skip
    assert set(scores["abstention"]) == {"auroc", "aurc", "coverage_at_90_precision"}
    assert set(scores["calibration"]) == {"ece", "ece_if_calibrated", "brier"}
    assert (len(scores["curve"]), len(scores["bins"])) == (4, 4)
    assert set(scores["latency_ms"]) == {"search", "read", "combine", "total"}
    assert scores["errors"] == 0


@pytest.mark.usefixtures("at_hand")
def test_a_threshold_above_every_confidence_is_no_number_in_json(run, gold, reader):
    for name in ASKED.values():
        reader.found[name] = [("quay", 8.0)]
    assert strict(run("eval", gold, "--json", "--wrong-cost", "9").stdout)["scores"]["threshold"][0] is None
    assert "9 times a missing one: to give no answer at all" in run("eval", gold, "--wrong-cost", "9").stdout
    shown = run("eval", gold, "--wrong-cost", "9", "--limit", "1")
    assert (shown.exit_code, shown.stderr) == (0, "")


@pytest.mark.usefixtures("at_hand")
@pytest.mark.parametrize(
    ("options", "towns", "split"),
    [
        (("--split", "tune"), ["Nolby", "Brack"], "tune"),
        # Two stories of three questions; of the types, facts have five of six.
        (("--split", "all", "--limit", "6"), ["Varn", "Tarn", "Skelm", None, "Nolby", "Brack"], "all"),
        (("--limit", "9"), ["Varn", "Tarn", "Skelm", None], "report"),
    ],
)
def test_part_of_a_set(run, gold, reader, options, towns, split):
    told = strict(run("eval", gold, "--json", *options).stdout)
    assert reader.asked == [ASKED[town] if town else PAY for town in towns]
    assert (told["run"]["split"], told["run"]["n"]) == (split, len(towns))


@pytest.mark.usefixtures("at_hand")
def test_a_few_of_all_stories_and_types(run, gold, reader):
    stories = ["ferries", "ferries", "fares", "fares"]
    asked = [one | {"story": story, "split": "report"} for one, story in zip(QUESTIONS[:4], stories, strict=True)]
    write_lines(gold / "questions.jsonl", asked)
    told = strict(run("eval", gold, "--limit", "3", "--json").stdout)
    assert (told["run"]["split"], told["run"]["n"]) == ("report, sample of 3", 3)
    chosen = list(reader.asked)
    # Of three the types have 2.25 and 0.75, the stories 1.5 each: both types, both stories.
    assert PAY in chosen
    assert {ASKED["Varn"], ASKED["Tarn"]} & set(chosen)
    reader.asked.clear()
    run("eval", gold, "--limit", "3")
    assert reader.asked == chosen
    reader.asked.clear()
    run("eval", gold, "--limit", "2")
    assert set(reader.asked) <= set(chosen)


@pytest.mark.usefixtures("at_hand")
def test_what_is_resampled_is_said(run, gold):
    asked = [one | {"story": f"s{at}", "split": "report"} for at, one in enumerate(QUESTIONS)]
    write_lines(gold / "questions.jsonl", asked)
    line = "Intervals and p-values: resampling stories (6), since questions of one come out alike."
    assert line in run("eval", gold).stdout.splitlines()
    assert strict(run("eval", gold, "--json").stdout)["scores"]["stories"] == 6


def test_the_archive_comes_from_the_cache_the_second_time_and_says_so(run, gold, tmp_path):
    assert run("eval", gold).stderr == ""
    (entry,) = [one for one in (tmp_path / "cache" / "eval-archives").iterdir() if one.is_dir()]
    again = run("eval", gold, "--report", "kept")
    assert again.stderr == (
        f"pullquote: archive from cache: {entry} (--rebuild builds it anew)\npullquote: the report: kept/report.html\n"
    )
    assert again.exit_code == 0
    assert run("eval", gold, "--rebuild", "--json").stderr == ""
    assert not entry.exists()
    write_lines(gold / "questions.jsonl", [*QUESTIONS[:4], *many(40)])
    tuned = run("calibrate", gold, "--output", "fit.json")
    assert tuned.stderr.splitlines()[1].startswith("pullquote: archive from cache: ")
    refused(run("eval", gold, "--rebuild", "--archive", "own.pq"), 2, "--rebuild is for the archive of the set's own")


@pytest.mark.usefixtures("no_report")
def test_a_report_is_kept_and_its_run_goes_on(run, gold, reader, tmp_path):
    reader.stops_after = 3
    result = run("eval", gold, "--report", "kept")
    assert (result.exit_code, result.stdout, result.stderr) == (130, "", "pullquote: stopped.\n")
    reader.stops_after = None
    reader.asked.clear()
    result = run("eval", gold, "--report", "kept")
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (0, "pullquote: the report: kept/report.html")
    assert reader.asked == [PAY]
    kept = tmp_path / "kept"
    assert sorted(file.name for file in kept.iterdir()) == ["report.html", "rows.jsonl", "run.json", "scores.json"]
    assert [one.good for one in read_rows(kept / ROWS_FILE)] == [True, False, False, True]
    reader.asked.clear()
    result = run("eval", gold, "--report", "kept", "--json")
    assert strict((kept / "scores.json").read_text()) == strict(result.stdout)
    assert reader.asked == []


@pytest.mark.usefixtures("at_hand")
def test_the_real_report_of_a_real_run(run, gold):
    result = run("eval", gold, "--report", "kept")
    assert result.exit_code == 0
    page = Path("kept/report.html").read_text()
    assert ASKED["Skelm"] in page  # answered wrongly
    assert "<script" not in page


@pytest.mark.usefixtures("no_report", "at_hand")
def test_a_baseline(run, gold, reader):
    run("eval", gold, "--report", "before")
    reader.sha256 = "e" * 64
    reader.found |= {ASKED["Skelm"]: [("Morvig", 4.0)], PAY: [("Ulfrin", 4.0)]}
    result = run("eval", gold, "--report", "now", "--baseline", "before", "--json")
    assert result.exit_code == 0
    comparison = strict(result.stdout)["comparison"]
    assert (comparison["gained"], comparison["lost"]) == (["Skelm"], ["pay"])
    assert [one["name"] for one in comparison["differences"]] == [
        "exact_match", "f1", "right", "right_source", "best_right", "hit@1", "hit@5", "hit@20", "hit@50",
        "recall@1", "recall@5", "recall@20", "MRR@10", "nDCG@10",
    ]  # fmt: skip
    told = {one.pop("name"): one for one in comparison["differences"]}
    assert set(told["right"]) == {"baseline", "run", "difference", "low", "high", "p_value", "n", "noise", "remark"}
    assert (told["right"]["difference"], told["right"]["noise"], told["right"]["remark"]) == (0, True, "may be chance")
    # Of three with known words, one more; the search is as it was.
    assert (told["right_source"]["difference"], told["right_source"]["n"]) == (pytest.approx(100 / 3), 3)
    assert (told["nDCG@10"]["difference"], told["nDCG@10"]["remark"]) == (0, "the same")
    assert comparison["changed"] == [f"reader_sha256: {'f' * 64} -> {'e' * 64}"]
    shown = run("eval", gold, "--report", "now", "--baseline", "before").stdout
    assert "gained 1, lost 1" in shown
    assert "may be chance" in shown
    assert re.search(r"nDCG@10 +\d+\.\d +\d+\.\d +\+0\.0 \(\+0\.0 to \+0\.0\) +1\.0000 +the same", shown)
    refused(run("eval", gold, "--split", "tune", "--baseline", "before"), 2, "The runs can't be compared: one asked 2")


@pytest.mark.usefixtures("at_hand")
def test_what_is_wrong_with_a_baseline_is_told_before_asking(run, gold, reader, tmp_path):
    refused(run("eval", gold, "--baseline", "none"), 1, "none/run.json cannot be read: No such file or directory")
    begin(replace(FACTS, n=2), [right("a")], tmp_path / "half")
    refused(run("eval", gold, "--baseline", "half"), 1, "The run in half isn't finished: 1 of 2 rows are there.")
    for name in ("half", "older"):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / FACTS_FILE).write_text('{"pullquote": "0.0.1", "gold": "Tarn", "scorer": "squad"}')
    for option in ("--baseline", "--report"):
        refused(
            run("eval", gold, option, "older"), 1, "older/run.json was kept by another version of Pullquote (withou"
        )
    refused(run("calibrate", "older", "--output", "fit.json"), 1, "older/run.json was kept by another version")
    refused(run("eval", gold, "--baseline", "x", "--report", "./x"), 2, "--baseline and --report are the same folder")
    assert reader.asked == []


@pytest.mark.usefixtures("at_hand")
def test_the_gate(run, gold, reader, tmp_path):
    pinned = tmp_path / "floors.json"
    result = run("eval", gold, "--floors", pinned, "--pin")
    assert result.exit_code == 0
    assert result.stderr.startswith(f"pullquote: pinned in {pinned}: right 50, f1 50")
    assert result.stderr.endswith(", unanswerable: withheld 100, fact: right 33.3333\n")
    result = run("eval", gold, "--floors", pinned)
    assert (result.exit_code, result.stderr) == (0, "")

    reader.found[ASKED["Varn"]] = [("quay", 8.0)]
    result = run("eval", gold, "--floors", pinned, "--json")
    assert result.exit_code == 1
    told = strict(result.stdout)["below_floors"]
    assert result.stderr.splitlines() == [f"pullquote: {sentence}" for sentence in told]
    assert told[0] == "right is 25; at least 50 (- 1.5) is asked."

    before = pinned.read_bytes()
    result = run("eval", gold, "--floors", pinned, "--pin")
    assert result.exit_code == 2
    assert "This would lower what is asked (right 50 -> 25," in result.stderr
    assert "all" in result.stdout  # the scores are shown all the same
    assert pinned.read_bytes() == before
    assert run("eval", gold, "--floors", pinned, "--pin", "--allow-regression", "a smaller reader").exit_code == 0
    (kept,) = json.loads(pinned.read_text())["regressions"]
    assert kept.startswith("a smaller reader: right 50 -> 25")

    older = json.loads(pinned.read_text())
    del older["types"]
    older["floors"]["unanswerable_right"] = 100.0
    pinned.write_text(json.dumps(older))
    result = run("eval", gold, "--floors", pinned)
    assert (result.exit_code, result.stderr) == (
        0, f"pullquote: {pinned} is of an older layout, which pins no types of question; --pin adds them.\n",
    )  # fmt: skip
    result = run("eval", gold, "--floors", pinned, "--pin")
    assert result.exit_code == 0
    assert json.loads(pinned.read_text())["types"] == {"fact": 0.0, "unanswerable": 100.0}

    result = run("eval", gold, "--split", "tune", "--floors", pinned)
    assert result.exit_code == 1
    assert "pinned on another split (report, now tune)" in result.stderr


@pytest.mark.usefixtures("at_hand")
def test_what_is_wrong_with_floors_is_told_before_asking(run, gold, reader):
    refused(run("eval", gold, "--floors", "none.json"), 1, "The floors none.json cannot be read: No such file")
    Path("floors.json").write_text("{")
    refused(run("eval", gold, "--floors", "floors.json"), 1, "floors.json does not hold floors")
    refused(run("eval", gold, "--floors", "floors.json", "--pin"), 1, "floors.json does not hold floors")
    refused(run("eval", gold, "--pin"), 2, "--pin goes with --floors FILE.")
    refused(run("eval", gold, "--allow-regression", "why"), 2, "--allow-regression goes with --pin.")
    assert reader.asked == []


def test_an_archive_that_is_there_already(run, gold, tmp_path):
    with Archive.open(tmp_path / "own.pq", create=True, embedder=HashEmbedder()) as own:
        own.add([write_lines(tmp_path / "own.jsonl", ARTICLES[:2])])
    told = strict(run("eval", gold, "--archive", "own.pq", "--json").stdout)
    assert told["run"]["articles"] == 2
    assert told["scores"]["retrieval"]["hit@50"]["value"] == pytest.approx(200 / 3)
    assert strict(run("--archive", "own.pq", "eval", gold, "--json").stdout)["run"]["articles"] == 2
    refused(run("eval", gold, "--archive", "none.pq"), 1, "There is no archive at none.pq")


def test_questions_alone_need_an_archive(run, gold, tmp_path):
    lines = write_lines(tmp_path / "mine.jsonl", [{"id": "m", "question": ASKED["Varn"], "answers": ["Ulfrin"]}])
    refused(
        run("eval", lines), 2, "The question set mine.jsonl brings no articles; name an archive of them: --archive DIR."
    )
    with Archive.open(tmp_path / "own.pq", create=True, embedder=HashEmbedder()) as own:
        own.add([gold / "articles.jsonl"])
    told = strict(run("eval", lines, "--archive", "own.pq", "--json").stdout)
    assert (told["run"]["split"], told["scores"]["groups"]["all"]["right"]["value"]) == ("all", 100)
    refused(
        run("eval", lines, "--split", "tune", "--archive", "own.pq"),
        2,
        "has no questions of the split 'tune'; it has: all.",
    )


def test_articles_judged_alone(run, tmp_path):
    beir = tmp_path / "beir"
    (beir / "qrels").mkdir(parents=True)
    write_lines(beir / "corpus.jsonl", [{"_id": one["id"], "title": "", "text": one["text"]} for one in ARTICLES])
    queries = [{"_id": town, "text": f"ferry {name} in {town}"} for town, name in BOATS.items()]
    write_lines(beir / "queries.jsonl", queries)
    write_lines(beir / "qrels" / "test.tsv", ["query-id\tcorpus-id\tscore", *(f"{town}\t{town}\t1" for town in BOATS)])
    told = strict(run("eval", beir, "--json").stdout)["scores"]
    assert {name: figure["value"] for name, figure in told["retrieval"].items()} == {
        "recall@1": 100, "recall@5": 100, "recall@20": 100, "MRR@10": 100, "nDCG@10": 100,
    }  # fmt: skip
    assert (told["groups"], told["threshold"], told["abstention"]) == ({}, None, {})
    assert run("eval", beir, "--report", "articles").exit_code == 0
    shown = run("eval", beir, "--baseline", "articles").stdout
    assert re.search(r"nDCG@10 +100\.0 +100\.0 .* the same", shown)
    assert "gained" not in shown
    result = run("eval", beir, "--floors", "floors.json", "--pin")
    assert (result.exit_code, Path("floors.json").exists()) == (2, False)
    assert "beir judges no answers: there is nothing to pin." in result.stderr


@pytest.mark.usefixtures("at_hand")
def test_bad_questions(run, gold, reader):
    refused(run("eval", "none.jsonl"), 1, "There is no question set at none.jsonl.")
    refused(
        run("eval", gold, "--split", "dev"), 2, "Tarn has no questions of the split 'dev'; it has: all, report, tune."
    )
    write_lines(gold / "questions.jsonl", [QUESTIONS[0], {"id": "x\x1b[2J"}, QUESTIONS[3]])
    refused(run("eval", gold), 1, 'questions.jsonl:2: "answers" is empty')
    result = run("eval", gold, "--skip-bad", "--json")
    assert result.exit_code == 0
    assert result.stderr.startswith("pullquote: left out: ")
    assert "questions.jsonl:2: " in result.stderr
    assert reader.asked == [ASKED["Varn"], PAY]
    (gold / "gold.json").write_text("[]")
    refused(run("eval", gold), 1, "gold.json is not the manifest of a gold set")


@pytest.mark.parametrize("options", [("--limit", "0"), ("--wrong-cost", "-1"), ("--limit", "many"), ("--nonsense",)])
def test_what_typer_refuses(run, gold, options):
    result = run("eval", gold, *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr


@pytest.mark.usefixtures("at_hand")
def test_nothing_raw_reaches_the_terminal(run, gold, reader):
    nasty = "\x1b[2J\x9b31m\u202eno"
    write_gold(gold, ARTICLES, [QUESTIONS[0] | {"type": f"kind{nasty}", "id": nasty}], name=f"Tarn{nasty}")
    reader.name = f"finding{nasty}"
    for options in ((), ("--json",), ("--split", f"x{nasty}")):
        result = run("eval", gold, *options)
        assert not RAW.search(result.output.replace("\n", "")), options
    shown = run("check-gold", gold)
    assert shown.exit_code == 1
    assert not RAW.search(shown.output.replace("\n", ""))


# calibrate


def kept_run(folder, *, each=25, **facts):
    rows = [
        *(
            right(f"r{at}", confidence=0.5, candidates=(candidate(right=True, margin=4.0 + at % 4),))
            for at in range(each)
        ),
        *(row(f"w{at}", confidence=0.5, candidates=(candidate(margin=2.0 + at % 4),)) for at in range(each)),
    ]
    split = facts.setdefault("split", "tune")
    begin(replace(FACTS, n=2 * each, **facts), [replace(one, split=split) for one in rows], folder)
    return folder


def test_calibrate_on_a_kept_run(run, tmp_path):
    kept = kept_run(tmp_path / "kept", each=50)
    result = run("calibrate", kept, "--output", "fit.json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert re.fullmatch(
        r"fit\.json: fitted on 100 questions, for the reader finding with 12 passages a question\. Expected "
        r"calibration error 0\.000 before, 0\.\d{3} on questions that a fit had not seen \(cross-validation\)\.\n",
        result.stdout,
    )
    model = confidence.load(Path("fit.json"))
    assert (model.model_sha256, model.fitted_on) == ("cc" * 32, "Tarn tune (100 questions)")
    assert model.passages_read == 12
    low, high = (model.probability(candidate(margin=margin).features) for margin in (2.0, 7.0))
    assert low < 0.25 < 0.75 < high


def test_calibrate_keeps_the_fit_in_the_archive(run, tmp_path, reader):
    kept = kept_run(tmp_path / "kept", reader_sha256="f" * 64, settings={"passages_read": PASSAGES_READ})
    with Archive.open(tmp_path / "own.pq", create=True, embedder=HashEmbedder()) as own:
        own.add([write_lines(tmp_path / "own.jsonl", ARTICLES)])
    assert run("calibrate", kept, kept, "--archive", "own.pq").stdout.startswith(
        "own.pq/confidence.json: fitted on 100"
    )
    assert run("check", "--archive", "own.pq").exit_code == 0
    told = json.loads(run("ask", ASKED["Varn"], "--archive", "own.pq", "--json").stdout)
    with Archive.open(tmp_path / "own.pq", embedder=HashEmbedder()) as own:
        (best,) = Engine(own, reader=reader).ask(ASKED["Varn"]).answers
    model = confidence.load(Path("own.pq/confidence.json"))
    assert told["confidence"] == round(model.probability(best.features), 4)
    votes = math.exp(8.0 / TEMPERATURE)
    assert told["confidence"] != round(votes / (votes + 1), 4)  # what it was before
    assert told["answers"][0]["calibrated"] is True
    # With another number of passages it is no fit, and nothing is called one.
    told = json.loads(run("ask", ASKED["Varn"], "--archive", "own.pq", "--json", "--passages", "3").stdout)
    assert told["answers"][0]["calibrated"] is False
    assert told["confidence"] == round(votes / (votes + 1), 4)


NEED = "at least 20 questions answered rightly and 20 answered wrongly"


def many(number, **changes):
    """Return so many questions, which is one again and again."""
    return [question(3, "Nolby", id=f"n{at}", split="tune", **changes) for at in range(number)]


@pytest.mark.usefixtures("at_hand")
def test_calibrate_says_what_it_needs_before_it_asks_the_tune_split(run, gold, reader):
    write_lines(gold / "questions.jsonl", [*QUESTIONS[:4], *many(41)])
    result = run("calibrate", gold, "--output", "fit.json")
    refused(result, 2, "Of 41 questions, 41 were answered rightly: to fit a confidence")
    assert result.stderr.splitlines()[0] == f"pullquote: a fit needs {NEED}; 41 are at hand."
    assert reader.asked == [ASKED["Nolby"]] * 41
    assert not Path("fit.json").exists()
    reader.asked.clear()
    refused(run("calibrate", gold, "--output", "fit.json", "--limit", "40"), 2, "Of 40 questions, 40 were answered")
    assert len(reader.asked) == 40
    reader.asked.clear()
    # All of a set that is not split.
    whole = [{key: value for key, value in one.items() if key != "split"} for one in [*QUESTIONS[:3], *many(41)]]
    write_lines(gold / "questions.jsonl", whole)
    refused(run("calibrate", gold, "--output", "fit.json"), 2, "Of 44 questions, 43 were answered rightly")


@pytest.mark.usefixtures("at_hand")
@pytest.mark.parametrize(("options", "number"), [((), 39), (("--limit", "39"), 41), (("--split", "report"), 41)])
def test_calibrate_refuses_at_once_what_cannot_come_to_a_fit(run, gold, reader, options, number):
    write_lines(gold / "questions.jsonl", [*QUESTIONS[:4], *many(number)])
    few = 4 if "--split" in options else 39
    sentence = f"A fit needs {NEED}; there are {few} questions with a known answer."
    refused(run("calibrate", gold, "--output", "fit.json", *options), 2, sentence)
    assert reader.asked == []


@pytest.mark.usefixtures("at_hand")
def test_calibrate_reads_as_many_passages_as_it_is_told(run, gold, reader):
    reader.found[ASKED["Skelm"]] = [("Skelm", 4.0)]
    wrong = [question(2, "Skelm", id=f"w{at}", split="tune", story=f"w{at % 5}") for at in range(20)]
    rights = [one | {"story": f"r{at % 5}"} for at, one in enumerate(many(20))]
    write_lines(gold / "questions.jsonl", [*rights, *wrong])
    result = run("calibrate", gold, "--output", "fit.json", "--passages", "3")
    assert result.exit_code == 0, result.stderr
    assert "for the reader finding with 3 passages a question." in result.stdout
    assert confidence.load(Path("fit.json")).passages_read == 3


def test_calibrate_on_the_report_split_is_said_aloud(run, tmp_path):
    result = run("calibrate", kept_run(tmp_path / "kept", split="report"), "--output", "fit.json")
    assert result.exit_code == 0
    assert "Tarn: fitted on questions of its report split, on which scores will now look better." in result.stderr


def test_wrong_usage_of_calibrate(run, gold, tmp_path, reader):
    refused(run("calibrate", gold), 2, "Where shall the fit go? Give --archive DIR, or --output FILE.")
    refused(run("calibrate", gold, "--output", "none/fit.json"), 2, "There is no folder none to keep the fit in.")
    write_lines(gold / "questions.jsonl", many(40))
    refused(run("calibrate", gold, "--archive", "none.pq"), 1, "There is no archive at none.pq")
    refused(run("calibrate", "none", "--output", "fit.json"), 1, "There is no question set at none.")
    one, other = kept_run(tmp_path / "one"), kept_run(tmp_path / "other", reader_sha256="e" * 64)
    refused(run("calibrate", one, other, "--output", "fit.json"), 2, "The runs are of different readers")
    few = kept_run(tmp_path / "few", settings={"passages_read": 3})
    refused(run("calibrate", one, few, "--output", "fit.json"), 2, "different numbers of passages a question (12, 3)")
    (one / ROWS_FILE).write_text((one / ROWS_FILE).read_text()[:-9])
    refused(run("calibrate", one, "--output", "fit.json"), 1, "isn't finished: 49 of 50 rows are there.")
    assert run("calibrate").exit_code == 2
    assert reader.asked == []


# check-gold


def test_check_gold(run, gold):
    result = run("check-gold", gold)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[-1] == "No problem found."
    assert {"fact 5", "unanswerable 1", "split report 4", "split tune 2"} <= set(lines)
    assert "5 articles, 5 spans checked." in lines
    # "which ferry lies at quay in varn" and the like: 6 of 8 words.
    assert "Closest questions of different splits (overlap 0.75): “Which ferry" in " ".join(lines)


def test_check_gold_with_faults(run, gold):
    write_lines(gold / "questions.jsonl", [QUESTIONS[0], question(1, "Tarn", spans=[span(ARTICLES[1], "ferry")])])
    result = run("check-gold", gold)
    assert result.exit_code == 1
    assert result.stdout.endswith("1 problem.\n")
    (sentence,) = result.stderr.splitlines()
    place = r"pullquote: no span says it: .*questions\.jsonl:2: no span has the wording of the answer 'Steg'\."
    assert re.fullmatch(place, sentence)
    result = run("check-gold", gold, "--json")
    assert result.exit_code == 1
    told = strict(result.stdout)
    assert list(told) == ["problems", "notes", "counts", "articles", "spans", "closest"]
    assert (len(told["problems"]), told["articles"], told["spans"], told["closest"]) == (1, 5, 2, None)
    assert told["problems"][0]["kind"] == "no span says it"
    (gold / "questions.jsonl").write_text("{")
    refused(run("check-gold", gold), 1, "questions.jsonl:1: not a line of JSON")


def test_check_gold_groups_what_it_says(run, gold):
    faulty = [question(0, "Varn", id=f"v{at}", question=f"What is thing {at}?", type="quiz") for at in range(5)]
    plain = {key: value for key, value in question(1, "Tarn").items() if key != "spans"}
    write_lines(gold / "questions.jsonl", [*faulty, plain])
    told = run("check-gold", gold).stderr.splitlines()
    assert told[0] == "pullquote: unknown type: 5"
    assert [line.split(":")[2] for line in told[1:4]] == ["1", "2", "3"]
    assert told[4] == "pullquote: and 2 more (--all)"
    assert told[5].startswith("pullquote: note: no place is named: ")
    assert len(run("check-gold", gold, "--all").stderr.splitlines()) == 7


def test_check_gold_compares_with_an_archive(run, made_once, tmp_path):
    plain = write_lines(tmp_path / "own.jsonl", [QUESTIONS[0]])
    assert "note: not compared" in run("check-gold", plain).stderr
    result = run("check-gold", plain, "--archive", made_once)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "1 article, 1 span checked." in result.stdout


@pytest.mark.parametrize("name", ["eval", "calibrate", "check-gold"])
def test_help_names_every_option(run, name):
    result = run(name, "--help")
    assert result.exit_code == 0
    command = get_command(app).get_command(typer.Context(get_command(app)), name)
    options = [option for parameter in command.params for option in parameter.opts if option.startswith("--")]
    assert len(options) >= {"eval": 13, "calibrate": 7, "check-gold": 1}[name]
    for option in options:
        assert option in result.stdout
