"""The comparison with other systems, by fakes: no environment is made, no model loaded, nothing fetched."""

from __future__ import annotations

import ast
import json
import shutil
import sys
from pathlib import Path

import pytest

from pullquote import Archive
from pullquote.errors import InputError
from pullquote.eval.gold.questions import GoldQuestion, GoldSet
from pullquote.eval.peers import benchmark as peers_benchmark
from pullquote.eval.peers import environments as peers_environments
from pullquote.eval.peers import peer_protocol
from pullquote.eval.peers.environments import PEERS, PULLQUOTE, Peer, PeerFailed, last_words
from pullquote.eval.peers.figures import figures, rows_of
from pullquote.eval.peers.jobs import article_sources, choose_questions, passages_of, questions_json
from pullquote.eval.peers.peer_protocol import PeerAnswer
from pullquote.eval.peers.table import markdown, ratios

QUESTIONS = (
    GoldQuestion("mayor", "Who is mayor of Tarn?", answers=("Odile Brandt",), split="report"),
    GoldQuestion("crew", "How many were saved?", answers=("38",), split="tune"),
    GoldQuestion("bakery", "Which bakery burnt down?", type="unanswerable", split="report"),
)
GOLD = GoldSet("Toy", QUESTIONS, "a" * 64)
TEXTS = {"p": "Odile Brandt was elected mayor.", "q": "The lifeboat saved 38.", "r": "Nothing of note."}
FACTS = {"passages": 3, "index_s": 1.5, "passages_per_s": 2.0, "peak_memory_mb": 99.6}


def line(name: str, **changes: object) -> dict[str, object]:
    """One line of answers.jsonl."""
    plain = {"id": name, "text": None, "best": "", "score": 0.0, "no_answer_score": None, "passage": None}
    return {**plain, "hits": [], "ms": 10.0, "error": "", **changes}


class Toy:
    """Knows one answer, and raises on what is not a question."""

    packages = ("pytest", "no-such-distribution")

    def __init__(self, job):
        self.asked: list[str] = []
        self.loaded = self.indexed = 0

    def load(self, passages):
        self.loaded = len(passages)

    def index(self, passages):
        self.indexed = len(passages)

    def ask(self, question, as_of):
        self.asked.append(question)
        if not question.endswith("?"):
            raise ValueError("not a question")
        return PeerAnswer(text="Tarn", best="Tarn", score=0.75, passage="p")

    def search(self, question, as_of, depth):
        return ["p", "q", "r"][:depth]


def job(**changes: object) -> dict[str, object]:
    passages = [{"id": name, "text": text} for name, text in TEXTS.items()]
    asked = [{"id": "1", "question": "Where?", "as_of": None}, {"id": "2", "question": "There!", "as_of": None}]
    return {"passages": passages, "questions": asked, "depth": 2, "threads": 1, **changes}


def test_a_system_leaves_an_answer_a_question_and_its_facts(tmp_path):
    (tmp_path / "job.json").write_text(json.dumps(job()), encoding="utf-8")
    systems: list[Toy] = []

    def make(given):
        systems.append(Toy(given))
        return systems[0]

    peer_protocol.run(make, [str(tmp_path / "job.json"), str(tmp_path / "out")])
    first, second = [json.loads(row) for row in (tmp_path / "out/answers.jsonl").read_text().splitlines()]
    facts = json.loads((tmp_path / "out/facts.json").read_text())
    assert first.pop("ms") >= 0
    assert first == {
        "id": "1", "text": "Tarn", "best": "Tarn", "score": 0.75, "no_answer_score": None, "passage": "p",
        "hits": ["p", "q"], "error": "",
    }  # fmt: skip
    assert (second["text"], second["best"], second["hits"]) == (None, "", ["p", "q"])
    assert second["error"] == "ValueError: not a question"
    assert (systems[0].loaded, systems[0].indexed) == (3, 3)
    assert systems[0].asked == ["Where?", "Where?", "There!"]  # the first once more, so that nothing is cold
    assert (facts["passages"], facts["questions"], facts["threads"]) == (3, 2, 1)
    assert facts["passages_per_s"] == pytest.approx(3 / facts["index_s"])
    assert facts["versions"] == {"pytest": pytest.__version__}
    assert 1 < facts["peak_memory_mb"] < 100_000


@pytest.mark.usefixtures("few_resamples")
def test_figures_by_hand():
    answers = [
        line("mayor", text="Odile Brandt", best="Odile Brandt", score=0.9, no_answer_score=0.1, hits=["r", "p"]),
        line("crew", best="the 38 people", score=0.5, no_answer_score=0.6, hits=["r"] * 5 + ["q"], ms=30.0),
        line("bakery", error="TypeError: None", ms=20.0),
    ]
    rows = rows_of(answers, QUESTIONS, TEXTS)
    found = figures(answers, rows, FACTS, seed=7)
    values = {name: figure["value"] for name, figure in found["quality"].items()}
    assert values == pytest.approx(
        {
            "right": 200 / 3,  # crew was withheld; bakery's exception gave no answer, which is right
            "exact_match": 200 / 3,
            "f1": 200 / 3,
            "answered": 100 / 3,
            "withheld": 100.0,
            "best_right": 100.0,
            "best_exact_match": 50.0,
            "best_f1": 100 * (1 + 2 / 3) / 2,  # "38 people" against "38": precision 1/2, recall 1
            "auroc": 1.0,
            "auroc_no_answer": 1.0,
            "hit@1": 0.0,
            "hit@5": 50.0,
            "hit@20": 100.0,
        }
    )
    assert {name: figure["n"] for name, figure in found["quality"].items() if "@" in name or name == "withheld"} == {
        "withheld": 1, "hit@1": 2, "hit@5": 2, "hit@20": 2,
    }  # fmt: skip
    assert found["speed"] == {
        "passages": 3, "index_s": 1.5, "passages_per_s": 2.0, "median_ms": 20.0, "p95_ms": 29.0, "peak_memory_mb": 100,
    }  # fmt: skip
    assert (found["failed_questions"], found["first_error"]) == (1, "TypeError: None")


@pytest.mark.usefixtures("few_resamples")
def test_a_system_that_only_searches_has_no_figures_of_reading():
    answers = [line(one.id, hits=["p"], ms=None) for one in QUESTIONS]
    found = figures(answers, rows_of(answers, QUESTIONS, TEXTS), FACTS, seed=7)
    assert list(found["quality"]) == ["hit@1", "hit@5", "hit@20"]
    assert "median_ms" not in found["speed"]


def test_a_missing_question_counts_as_answered_wrongly():
    rows = rows_of([line("bakery")], QUESTIONS, TEXTS)
    assert [(row.id, row.good) for row in rows] == [("mayor", False), ("crew", False), ("bakery", True)]


def system(title: str, quality: dict[str, float], speed: dict[str, float], failed: int = 0) -> dict[str, object]:
    return {
        "title": title,
        "quality": {name: {"value": value, "low": 0.0, "high": 1.0, "n": 1200} for name, value in quality.items()},
        "speed": speed,
        "failed_questions": failed,
        "first_error": "TypeError: None" if failed else "",
    }


OWN = system("Pullquote 0.1.0", {"right": 50.0, "auroc": 0.8, "withheld": 0.0}, {"median_ms": 40.0})
OTHER = system("Other 2", {"right": 25.0, "withheld": 10.0}, {"median_ms": 1234.5}, failed=3)


def test_the_table():
    assert markdown([OWN, OTHER], {"Third": "It did not finish."}).splitlines() == [
        "| | Pullquote 0.1.0 | Other 2 |",
        "| --- | --- | --- |",
        "| right thing done, all questions, % (n = 1,200) | 50.0 | 25.0 (0.50×) |",
        "| answer withheld, questions without one, % (n = 1,200) | 0.0 | 10.0 |",
        "| AUROC of the score (n = 1,200) | 0.800 | – |",
        "| ms an answer, median | 40.0 | 1,234.5 (30.86×) |",
        "| questions that ended in an exception | 0 | 3 |",
        "",
        "Other 2 raised on 3 questions, the first time: TypeError: None",
        "",
        "Third: It did not finish.",
    ]


def test_ratios_are_the_others_over_pullquotes():
    assert ratios(OTHER, OWN) == {"right": 0.5, "median_ms": 30.863}


def test_the_job_has_the_archives_own_passages(tmp_path, embedder, write_articles):
    old = {"id": "a", "title": "Tarn votes", "text": "An older wording."}
    new = {"id": "a", "title": "Tarn votes", "text": "Odile Brandt won.\n\nTurnout rose.", "published": "2031-05-04"}
    with Archive.open(tmp_path / "archive", create=True, embedder=embedder) as archive:
        archive.add([write_articles(old, name="old.jsonl")])
        archive.add([write_articles(new, {"id": "b", "text": "The toll is 12 crowns."}, name="new.jsonl")])
        whole = [archive.passages("a")[0], archive.passages("b")[0]]
    found = passages_of(tmp_path / "archive")
    assert [passage["text"] for passage in found] == [passage.text for passage in whole]
    assert found[0] == {
        "id": "a#0-32", "article": "a", "title": "Tarn votes", "published": "2031-05-04",
        "head": "Tarn votes. May 4, 2031", "text": "Odile Brandt won.\n\nTurnout rose.",
    }  # fmt: skip
    assert (found[1]["published"], found[1]["id"]) == (None, "b#0-22")


def test_questions_of_the_job_tell_no_answer():
    assert questions_json(QUESTIONS[:1]) == [{"id": "mayor", "question": "Who is mayor of Tarn?", "as_of": None}]


def test_questions_are_the_splits_first_ones():
    assert choose_questions(GOLD, None, 1) == ("report", QUESTIONS[:1])
    assert choose_questions(GOLD, "all", None) == ("all", QUESTIONS)
    with pytest.raises(InputError, match=r"no question to answer in the split '2022' \(its splits: report, tune\)"):
        choose_questions(GOLD, "2022", None)


def test_articles_must_be_there(tmp_path):
    with pytest.raises(InputError, match="brings no articles; name their file: --articles FILE"):
        article_sources(GOLD, [], tmp_path)
    with pytest.raises(InputError, match=r"There are no articles at .*nowhere"):
        article_sources(GOLD, [tmp_path / "nowhere"], tmp_path)
    assert article_sources(GOLD, [tmp_path], tmp_path) == [tmp_path.resolve()]


def test_scripts_of_other_environments_import_nothing_of_pullquote():
    for name in ("peer_protocol", "haystack_peer", "txtai_peer", "encode_peer"):
        tree = ast.parse((peers_environments.SCRIPTS / f"{name}.py").read_text(encoding="utf-8"))
        modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        assert not [module for module in modules if str(module).partition(".")[0] == "pullquote"]


def test_all_systems_have_the_same_threads_and_no_network(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    found = peers_environments.environment(3)
    assert {found["OMP_NUM_THREADS"], found["MKL_NUM_THREADS"], found["RAYON_NUM_THREADS"]} == {"3"}
    assert (found["HF_HUB_OFFLINE"], found["HAYSTACK_TELEMETRY_ENABLED"]) == ("1", "False")
    assert "PYTHONPATH" not in found


SCRIPT = """
import sys
from peer_protocol import PeerAnswer, run

class Bakery:
    packages = ()
    def __init__(self, job): self.name = job["name"]
    def load(self, passages): pass
    def index(self, passages): pass
    def ask(self, question, as_of): return PeerAnswer(text=self.name)
    def search(self, question, as_of, depth): return []

run(Bakery, sys.argv[1:])
"""
BAKERY = Peer("bakery", "Bakery", "bakery")


@pytest.fixture
def script(tmp_path, monkeypatch) -> Path:
    shutil.copyfile(peers_environments.SCRIPTS / "peer_protocol.py", tmp_path / "peer_protocol.py")
    monkeypatch.setattr(peers_environments, "SCRIPTS", tmp_path)
    (tmp_path / "bakery_peer.py").write_text(SCRIPT, encoding="utf-8")
    return tmp_path / "bakery_peer.py"


def test_results_are_kept_while_nothing_has_changed(tmp_path, script):
    def answered(**changes: object) -> tuple[str, bool]:
        folder, kept = peers_environments.answer(BAKERY, Path(sys.executable), job(name="Crumb", **changes), tmp_path)
        return peers_environments.read_results(folder)[0][0]["text"], kept

    assert answered() == ("Crumb", False)
    assert answered() == ("Crumb", True)
    assert answered(depth=1) == ("Crumb", False)
    script.write_text(SCRIPT.replace("self.name)", "'Loaf')"), encoding="utf-8")
    assert answered() == ("Loaf", False)


def test_a_system_that_fails_says_why_and_leaves_nothing_to_keep(tmp_path, script):
    script.write_text("raise MemoryError('the oven is full')", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(
            PeerFailed, match=r"Bakery did not finish \(exit code 1\): MemoryError: the oven is full\. "
        ):
            peers_environments.answer(BAKERY, Path(sys.executable), job(), tmp_path)


def test_pips_own_error_is_told(tmp_path):
    log = tmp_path / "log"
    log.write_text("Collecting\nERROR: No matching distribution found for cake\n\n[notice] a new pip\n")
    assert last_words(log) == "ERROR: No matching distribution found for cake."
    log.write_text("")
    assert last_words(log) == "it said nothing."


def test_an_environment_is_made_once_and_torch_comes_first(tmp_path, monkeypatch):
    commands: list[list[str]] = []

    def note(command, log, variables, failure):
        commands.append([part for part in command if "==" in part])
        (tmp_path / "venvs/txtai").mkdir(exist_ok=True)

    monkeypatch.setattr(peers_environments, "_run", note)
    monkeypatch.setattr(peers_environments, "shared_requirements", lambda: ("torch==2.13.0", "transformers==5.23.0"))
    python = peers_environments.prepare(PEERS["txtai"], tmp_path)
    assert python == tmp_path / "venvs/txtai/bin/python"
    assert commands == [[], ["torch==2.13.0"], ["torch==2.13.0", "transformers==5.23.0", "txtai==9.14.0"]]
    peers_environments.prepare(PEERS["txtai"], tmp_path)
    assert len(commands) == 3
    assert peers_environments.prepare(PEERS["bm25"], tmp_path) == Path(sys.executable)


def test_versions_underneath_are_pullquotes_without_the_wheels_own_mark(monkeypatch):
    known = {"torch": "2.13.0+cpu", "transformers": "5.23.0", "sentence-transformers": "6.2.0"}
    monkeypatch.setattr(peers_environments, "version", known.get)
    wanted = ("torch==2.13.0", "transformers==5.23.0", "sentence-transformers==6.2.0")
    assert peers_environments.shared_requirements() == wanted


@pytest.mark.usefixtures("few_resamples")
def test_one_peers_failure_leaves_the_others(tmp_path, monkeypatch):
    answers = tmp_path / "results"
    answers.mkdir()
    facts = FACTS | {"skipped": [], "versions": {"pullquote": "0.1.0", "tantivy": "1"}, "measured": "", "load": 0}
    (answers / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
    (answers / "answers.jsonl").write_text("".join(json.dumps(line(one.id)) + "\n" for one in QUESTIONS))

    def answer(peer, python, given, work):
        if peer.name == "txtai":
            raise PeerFailed("txtai did not finish.")
        assert ("archive" in given) is (peer is PULLQUOTE)
        return answers, False

    monkeypatch.setattr(peers_benchmark, "answer", answer)
    monkeypatch.setattr(peers_benchmark, "prepare", lambda peer, work: Path(sys.executable))
    monkeypatch.setattr(peers_benchmark, "has_fast_bfloat16", lambda: False)
    passages = [{"id": name, "text": text, "article": name} for name, text in TEXTS.items()]
    given = job(passages=passages, reader="reader-x", embedder_sha256="e")
    comparison = peers_benchmark.PeerComparison(GOLD, "all", QUESTIONS, given, answers, False, tmp_path)
    found, table = peers_benchmark.compare(comparison, [PEERS["txtai"], PEERS["bm25"]])
    assert [one["title"] for one in found["systems"]] == ["Pullquote 0.1.0", "BM25 by tantivy 1"]
    assert found["failures"] == {"txtai": "txtai did not finish."}
    assert found["ratios_to_pullquote"]["bm25"]["passages_per_s"] == 1.0
    assert (found["questions"], found["answerable"], found["passages"]) == (3, 2, 3)
    assert table.endswith("\ntxtai: txtai did not finish.\n")


def test_bad_usage_is_told_before_any_work(tmp_path, capsys):
    with pytest.raises(SystemExit, match="2"):
        peers_benchmark.main([str(tmp_path), "--peers", "haystack,lucene"])
    assert "there is no peer 'lucene'; there are haystack, txtai, encode, bm25" in capsys.readouterr().err
    assert peers_benchmark.main([str(tmp_path), "--output", str(tmp_path / "no/out.json")]) == 1
    assert capsys.readouterr().err == f"There is no folder {tmp_path / 'no'} to write out.json to.\n"
