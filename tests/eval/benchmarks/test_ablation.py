"""Each way does what its name says, and what several have in common is read once."""

from __future__ import annotations

from io import StringIO

import numpy as np
import pytest
from rich.console import Console

from pullquote.eval.benchmarks import ablation
from pullquote.eval.benchmarks.ablation import Way, WaysAsked, compare, ways
from pullquote.eval.gold.questions import GoldQuestion, GoldSet
from pullquote.index.archive import Archive

from eval_fakes import FindingReader
from fakes import HashEmbedder

TEXTS = ("The ferry board met. It is chaired by Mara Lind of Varn.", "Lind rang twice.", "Ole Vig sailed on the ferry.")
QUESTION = GoldQuestion("q", "Who chairs the ferry board?", answers=("Mara Lind",))


@pytest.fixture
def archive(tmp_path):
    with Archive.open(tmp_path / "a.pq", create=True, embedder=HashEmbedder()) as made:
        for at, text in enumerate(TEXTS):
            (tmp_path / f"{at}.txt").write_text(f"Report {at}\n\n{text}")
        made.add([tmp_path / f"{at}.txt" for at in range(len(TEXTS))])
        yield made


@pytest.fixture
def readers(monkeypatch):
    made = {
        "small": FindingReader({QUESTION.question: [("Ole Vig", 4.0), ("Lind", 1.0)]}),
        "thorough": FindingReader({QUESTION.question: [("Lind", 4.0), ("Ole Vig", 1.0)]}),
    }
    monkeypatch.setattr(ablation, "load_reader", made.__getitem__)
    return made


def test_rows_are_of_what_each_way_finds(archive, readers):
    tried = [Way("plain", "small"), Way("all"), Way("- whole names", named=False), Way("- order", ordered=False)]
    rows = np.array(WaysAsked(archive, "squad").outcomes(QUESTION, tried))
    exact, _, right, *hits = rows.T
    assert exact.tolist() == [0.0, 1.0, 0.0, 1.0]
    assert right.tolist()[:2] == [0.0, 1.0]
    assert [hit.tolist() for hit in hits][-1] == [1.0] * 4
    # Once in each order of the passages: whole names are found afterwards.
    assert readers["thorough"].asked == [QUESTION.question] * 2


def test_the_order_of_the_fusion_asks_no_ranker(archive, readers, monkeypatch):
    asked = []
    monkeypatch.setattr("pullquote.index.archive.ranker_for", asked.append)
    WaysAsked(archive, "squad").outcomes(QUESTION, [Way("fusion", ordered=False)])
    assert not asked
    WaysAsked(archive, "squad").outcomes(QUESTION, [Way("all")])
    assert asked


def test_the_table_compares_with_all_of_them(archive, readers):
    tried = [Way("plain", "small"), Way("all")]
    unanswerable = GoldQuestion("u", "Who rang?", answers=())
    table = compare(GoldSet("Tarn", (QUESTION,), ""), [QUESTION, unanswerable], archive, tried)
    printed = StringIO()
    Console(file=printed, width=180).print(table)
    assert "Tarn, 1 questions, %" in printed.getvalue()
    (plain,) = (line for line in printed.getvalue().splitlines() if " plain " in line)
    assert "0.0 (" in plain


def test_every_row_differs_from_the_others():
    tried = ways()
    assert len({(way.reader, way.ordered, way.ranked, way.named) for way in tried}) == len(tried)
    assert [way.name for way in tried if way == Way("all")] == ["all"]
