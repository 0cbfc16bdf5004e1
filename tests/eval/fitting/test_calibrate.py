"""Fitting confidence: rows whose chance of being right is known come out with that chance."""

import math
import random
from dataclasses import replace

import numpy as np
import pytest

from pullquote.errors import InputError
from pullquote.eval.fitting.calibrate import fit, story_folds
from pullquote.eval.metrics.calibration import expected_calibration_error
from pullquote.eval.runs.rows import CandidateRow

from eval_fakes import candidate, features, right, row

# Features are drawn around a mean with a spread; of these four the logit depends, of the others not.
COEFFICIENTS = {"margin": 0.6, "log_votes": 1.5, "silent": -2.0, "covered": 1.0}
INTERCEPT = -0.5
DRAWN = {
    "margin": (2.0, 3.0),
    "log_votes": (0.0, 1.0),
    "silent": (0.5, 0.3),
    "covered": (0.6, 0.2),
    "dense": (0.5, 0.1),
}
SHA256 = "f" * 64


def chance(known):
    logit = INTERCEPT + sum(weight * known[name] for name, weight in COEFFICIENTS.items())
    return 1 / (1 + math.exp(-logit))


def drawn_rows(count, *, seed):
    """Return rows that are right with a known chance and are five times too sure of it."""
    draw, rows = random.Random(seed), []
    for at in range(count):
        known = features(**{name: draw.gauss(*spread) for name, spread in DRAWN.items()})
        true = chance(known)
        sure = 1 / (1 + ((1 - true) / true) ** 5)
        is_right = draw.random() < true
        one = CandidateRow("Lind", sure, is_right, known)
        rows.append((right if is_right else row)(f"q{at}", confidence=sure, candidates=(one, candidate(margin=99.0))))
    return rows


@pytest.fixture(scope="module")
def fitted():
    # Many, for the penalty suits features that say much the same, and these are independent of each other.
    return fit(drawn_rows(3600, seed=1), SHA256, fitted_on="synthetic", seed=7)


def test_fitted_on_known_chances_it_is_calibrated_on_fresh_draws(fitted):
    fresh = drawn_rows(2000, seed=2)
    is_right = np.array([one.right for one in fresh])
    sure = np.array([fitted.model.probability(one.candidates[0].features) for one in fresh])
    assert expected_calibration_error(sure, is_right) < 0.03
    assert expected_calibration_error(np.array([one.confidence for one in fresh]), is_right) > 0.12
    true = np.array([chance(one.candidates[0].features) for one in fresh])
    assert float(np.abs(sure - true).mean()) < 0.03


def test_the_coefficients_are_found_again(fitted):
    model = fitted.model
    unscaled = {
        name: weight / scale for name, weight, scale in zip(model.features, model.weights, model.scale, strict=True)
    }
    for name, weight in COEFFICIENTS.items():
        assert unscaled[name] == pytest.approx(weight, rel=0.35), name
    assert abs(model.weights[model.features.index("dense")]) < 0.25  # one that says nothing
    assert model.weights[model.features.index("lexical")] == 0.0  # one that is the same everywhere
    assert model.scale[model.features.index("lexical")] == 1.0


def test_questions_of_one_story_share_a_fold():
    stories = [f"story {at % 11}" for at in range(200)]
    folds = story_folds(stories, seed=7)
    assert len({(story, fold) for story, fold in zip(stories, folds.tolist(), strict=True)}) == 11
    assert set(folds.tolist()) == set(range(5))
    assert folds.tolist() == story_folds(stories, seed=7).tolist() != story_folds(stories, seed=8).tolist()


def test_what_the_fit_says_of_itself(fitted):
    assert fitted.n == 3600
    assert fitted.ece_before > 0.12
    assert fitted.ece < 0.04  # by cross-validation
    assert fitted.model.model_sha256 == SHA256
    assert fitted.model.fitted_on == "synthetic (3,600 questions)"


def test_the_same_rows_give_the_same_model():
    rows = drawn_rows(100, seed=3)
    first, again, other = (fit(rows, SHA256, fitted_on="x", seed=seed) for seed in (7, 7, 8))
    assert first == again
    assert first.model == other.model  # the seed is of the cross-validation
    assert first.ece != other.ece


def mixed(rights, wrongs):
    return [
        *(right(f"r{at}", candidates=(candidate(right=True, margin=3.0 + at % 3),)) for at in range(rights)),
        *(row(f"w{at}", candidates=(candidate(margin=1.0 + at % 3),)) for at in range(wrongs)),
    ]


@pytest.mark.parametrize(("rights", "wrongs"), [(0, 0), (19, 200), (200, 19), (40, 0)])
def test_too_few_rows_are_refused(rights, wrongs):
    sentence = f"Of {rights + wrongs} questions, {rights} were answered rightly: .* at least 20 right and 20 wrong"
    with pytest.raises(InputError, match=sentence):
        fit(mixed(rights, wrongs), SHA256, fitted_on="x", seed=7)


def test_too_few_stories_are_refused():
    rights, wrongs = mixed(30, 0), mixed(0, 30)
    for stories in (["one"] * 60, ["right"] * 30 + ["wrong"] * 30):
        rows = [replace(one, story=story) for one, story in zip([*rights, *wrongs], stories, strict=True)]
        with pytest.raises(InputError, match=f"are of {len(set(stories))} stories"):
            fit(rows, SHA256, fitted_on="x", seed=7)


def test_rows_that_say_nothing_are_left_out():
    silent = [row(f"s{at}", given=False) for at in range(30)]  # no candidate
    search = [row(f"b{at}", judged=False, candidates=(candidate(),)) for at in range(30)]
    fitted = fit([*silent, *mixed(20, 20), *search], SHA256, fitted_on="x", seed=7)
    assert fitted.n == 40
    assert fitted.model == fit(mixed(20, 20), SHA256, fitted_on="x", seed=7).model
    # A candidate for an unanswerable question is a wrong one.
    unanswerable = [row(f"u{at}", answerable=False, candidates=(candidate(margin=9.0),)) for at in range(20)]
    assert fit([*mixed(20, 0), *unanswerable], SHA256, fitted_on="x", seed=7).n == 40


def test_rows_with_other_features_are_refused():
    old = [row("old", candidates=(CandidateRow("Lind", 0.5, False, {"margin": 1.0}),))]
    with pytest.raises(InputError, match="kept by another version of Pullquote"):
        fit([*mixed(20, 20), *old], SHA256, fitted_on="x", seed=7)
