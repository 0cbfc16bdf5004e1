"""Fitting the order of passages: it learns what tells those that answer, and is judged on what it hasn't seen."""

import json
import random

import numpy as np
import pytest

from pullquote import Archive
from pullquote.errors import InputError
from pullquote.eval.fitting import fit_ranking as ranking
from pullquote.eval.fitting.conditional_logit import Choice
from pullquote.eval.fitting.fit_ranking import Pools, fit_and_tell, fit_ranker, hits_at
from pullquote.index.search.ranking import PASSAGE_FEATURES

from fakes import HashEmbedder

COVERED = PASSAGE_FEATURES.index("covered")


def choice(number: int) -> Choice:
    """The passage that answers is the last but one of five, and covers the question; the fusion prefers the first."""
    draw = np.random.default_rng(number)
    x = draw.normal(size=(5, len(PASSAGE_FEATURES)))
    x[:, PASSAGE_FEATURES.index("fused")] = np.linspace(0, -0.3, 5)
    x[:, COVERED] = [0.2, 0.1, 0.3, 0.9, 0.0]
    return Choice(x, np.arange(5) == 3)


CHOICES = [choice(number) for number in range(60)]


def test_it_learns_what_the_fusion_gets_wrong():
    model = fit_ranker(CHOICES[:40], "0" * 64, fitted_on="forty")
    assert (model.features, model.model_sha256, model.fitted_on) == (PASSAGE_FEATURES, "0" * 64, "forty")
    assert max(zip(model.weights, model.features, strict=True))[1] == "covered"
    assert not any(hits_at(one, None)[0] for one in CHOICES)
    assert np.mean([hits_at(one, model)[0] for one in CHOICES[40:]]) > 0.9


def test_depths_count_from_the_first():
    assert hits_at(CHOICES[0], None).tolist() == [False, False, True, True, True, True]  # 1, 3, 5, ...
    assert not hits_at(Choice(np.empty((0, len(PASSAGE_FEATURES))), np.empty(0, dtype=np.bool_)), None).any()


def test_it_is_judged_on_other_stories_and_written(tmp_path):
    subjects = [f"story {number // 3}" for number in range(60)]
    told = fit_and_tell(
        [Pools("one", "e" * 64, CHOICES[:30], subjects[:30]), Pools("two", "e" * 64, CHOICES[30:], subjects[30:])],
        tmp_path / "new",
    )
    assert "two, 30 answerable questions" in told
    assert told.count("by fusion: 1: 0.0%, 3: 0.0%, 5: 100.0%") == 2
    kept = json.loads((tmp_path / "new" / "ranking.json").read_text())
    assert (kept["model_sha256"], kept["fitted_on"]) == ("e" * 64, "one, two (60 questions)")


def test_archives_of_two_embedders_are_not_mixed(tmp_path):
    sets = [Pools(name, name * 64, CHOICES, ["s"] * 60) for name in "ef"]
    with pytest.raises(InputError, match="different embedders"):
        fit_and_tell(sets, tmp_path)


def test_where_no_choice_is_left_there_is_nothing_to_fit():
    with pytest.raises(InputError, match="nothing to fit on"):
        fit_ranker([Choice(np.zeros((3, len(PASSAGE_FEATURES))), np.zeros(3, dtype=np.bool_))])


def test_the_command_asks_an_archive(tmp_path, capsys):
    draw = random.Random(5)
    names = [f"{a}{b}" for a in ("Mara", "Jon", "Ines", "Tom", "Ada") for b in ("lind", "vig", "reyl", "holm")]
    articles, questions = [], []
    for number, name in enumerate(names):
        thing = draw.choice(["ferry", "bridge", "harbour"])
        text = f"{name} opened the {thing} of pier{number}."
        articles.append({"id": f"a{number}", "text": text})
        articles.append({"id": f"b{number}", "text": f"Nobody closed the {thing} of pier{number}, opened or not."})
        questions.append(
            {"id": f"q{number}", "question": f"Who opened the {thing} of pier{number}?", "answers": [name],
             "split": "tune", "answerable": True}
        )  # fmt: skip
    (tmp_path / "articles.jsonl").write_text("".join(json.dumps(row) + "\n" for row in articles))
    gold = tmp_path / "questions.jsonl"
    gold.write_text("".join(json.dumps(row) + "\n" for row in questions))
    with Archive.open(tmp_path / "a.pq", create=True, embedder=HashEmbedder()) as archive:
        archive.add([tmp_path / "articles.jsonl"])
    with Archive.open(tmp_path / "a.pq", embedder=HashEmbedder()) as archive:
        monkey = pytest.MonkeyPatch()
        monkey.setattr(ranking, "archive_of", lambda gold, folder: archive)
        try:
            ranking.main(["--set", str(gold), "tune", str(tmp_path / "a.pq"), "--output", str(tmp_path / "out")])
        finally:
            monkey.undo()
    assert "tune, 20 answerable questions" in capsys.readouterr().out
    assert (tmp_path / "out" / "ranking.json").is_file()
