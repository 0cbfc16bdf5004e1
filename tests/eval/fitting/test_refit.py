"""What a reading that was kept is known by: the code, and the figures that decide what is read."""

from pathlib import Path
from types import SimpleNamespace

import pullquote.index
import pullquote.qa
from pullquote.eval.fitting.refit import Refit
from pullquote.qa.reading.paired import DEFAULT_READER


def test_another_order_of_passages_is_other_code(tmp_path: Path, monkeypatch):
    (tmp_path / "search").mkdir()
    order = tmp_path / "search" / "ranking.json"
    order.write_text("{}", encoding="utf-8")
    monkeypatch.setattr(pullquote.index, "__path__", [str(tmp_path)])
    fitting = Refit.__new__(Refit)
    fitting._reader = SimpleNamespace(folder=None)
    before = fitting._code()
    assert fitting._code() == before
    order.write_text('{"weights": [1]}', encoding="utf-8")
    assert fitting._code() != before


def test_the_fitted_figures_are_where_they_are_looked_for():
    fitting = Refit.__new__(Refit)
    fitting._reader = SimpleNamespace(folder=Path(pullquote.qa.__path__[0], f"reader-{DEFAULT_READER}"))
    assert len(fitting._code()) == 64
