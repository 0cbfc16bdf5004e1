"""The fitted confidence: what it computes, that it comes back from disk, and which one is used."""

import json
import math
import re
from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pullquote.errors import ModelError
from pullquote.index.archive import Archive
from pullquote.qa.engine import Engine
from pullquote.qa.ranking.confidence import FEATURES, FILE_NAME, JUDGED_BY, ConfidenceModel, confidence_for, load
from pullquote.qa.ranking.thresholds import GIVEN_FROM, SPEAKS_FROM, SURE

from fakes import CapitalReader

NAMES = [field.name for field in fields(ConfidenceModel)]
MODEL = ConfidenceModel(
    model_sha256="0" * 64,
    mean=(1.0, 0.5),
    scale=(2.0, 0.5),
    weights=(1.0, -2.0),
    intercept=0.5,
    features=("margin", "silent"),
    fitted_on="tarn tune (40 questions)",
)


def test_the_probability_by_hand():
    # 0.5 + (3 - 1) / 2 - 2 (0.5 - 0.5) / 0.5 = 1.5; other features don't count
    assert MODEL.probability({"margin": 3.0, "silent": 0.5, "words": 9.0}) == pytest.approx(1 / (1 + math.exp(-1.5)))
    # 0.5 + 0 - 2 (0.625 - 0.5) / 0.5 = 0
    assert MODEL.probability({"margin": 1.0, "silent": 0.625}) == 0.5
    # 0.5 - 0.5 + ln 3 / 2 * 2
    assert MODEL.probability({"margin": 2 * math.log(3), "silent": 0.5}) == pytest.approx(0.75)


@pytest.mark.parametrize(("margin", "probability"), [(1e9, 1.0), (-1e9, 0.0)])
def test_however_sure_it_stays_a_probability(margin, probability):
    assert MODEL.probability({"margin": margin, "silent": 0.0}) == probability


def test_a_feature_may_count_more_in_a_large_archive():
    model = replace(
        MODEL, mean=(0.0, 0.0), scale=(1.0, 1.0), weights=(1.0, 2.0), intercept=0.0, features=("lead", "lead, large")
    )
    assert set(model.features) < set(JUDGED_BY)
    assert [model.logit({"lead": 3.0, "large": large}) for large in (0.0, 0.5, 1.0)] == [3.0, 6.0, 9.0]
    assert model.logit({"lead": 3.0}) == 3.0


NUMBERS = st.floats(-1e6, 1e6)


@st.composite
def models(draw):
    names = draw(st.lists(st.sampled_from(FEATURES), unique=True, max_size=5))

    def each(numbers):
        return tuple(draw(st.lists(numbers, min_size=len(names), max_size=len(names))))

    return ConfidenceModel(
        model_sha256=draw(st.text("0123456789abcdef", max_size=8)),
        mean=each(NUMBERS),
        scale=each(st.floats(1e-3, 1e6)),
        weights=each(NUMBERS),
        intercept=draw(NUMBERS),
        features=tuple(names),
        fitted_on=draw(st.text(st.characters(exclude_categories=["Cs"]), max_size=20)),
    )


@settings(max_examples=40, deadline=None)
@given(models(), st.lists(st.floats(-1e3, 1e3), min_size=len(FEATURES), max_size=len(FEATURES)))
def test_a_model_comes_back_as_it_was_saved(tmp_path_factory, model, numbers):
    file = tmp_path_factory.getbasetemp() / "roundtrip.json"
    model.save(file)
    again = load(file)
    assert again == model
    assert again.sha256 == model.sha256
    known = dict(zip(FEATURES, numbers, strict=True))
    assert 0.0 <= model.probability(known) == again.probability(known) <= 1.0


def test_saving_is_whole_or_not_at_all(tmp_path, monkeypatch):
    MODEL.save(tmp_path / FILE_NAME)
    before = (tmp_path / FILE_NAME).read_bytes()

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pullquote.whole_files.os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        MODEL.save(tmp_path / FILE_NAME)
    assert (tmp_path / FILE_NAME).read_bytes() == before


def test_the_hash_is_of_the_numbers():
    same = ConfidenceModel(**{name: getattr(MODEL, name) for name in NAMES})
    assert same.sha256 == MODEL.sha256
    other = ConfidenceModel(**{name: getattr(MODEL, name) for name in NAMES} | {"intercept": 0.4})
    assert other.sha256 != MODEL.sha256


def damaged(**changes):
    facts = {
        "model_sha256": "0", "mean": [0.0], "scale": [1.0], "weights": [1.0], "intercept": 0.0,
        "features": ["margin"], "fitted_on": "x",
    }  # fmt: skip
    return json.dumps({name: value for name, value in (facts | changes).items() if value is not ...})


def test_no_file_is_no_model(tmp_path):
    assert load(tmp_path / FILE_NAME) is None
    (tmp_path / FILE_NAME).write_text(damaged())
    assert load(tmp_path / FILE_NAME).weights == (1.0,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        "5",
        *(damaged(**{name: ...}) for name in ("model_sha256", "mean", "scale", "weights", "intercept", "features")),
        damaged(mean=[]),
        damaged(mean="none"),
        damaged(weights=["much"]),
        damaged(weights=[None]),
        damaged(weights=[[1.0]]),
        damaged(scale=[0.0]),
        damaged(scale=5),
        damaged(features=[["margin"]]),
        damaged(intercept="high"),
        damaged(intercept=float("nan")),
        damaged(mean=[float("inf")]),
        damaged(weights=[float("-inf")]),
        damaged(weights=[10**400]),
    ],
)
def test_a_damaged_file_is_a_model_error(tmp_path, text):
    (tmp_path / FILE_NAME).write_text(text)
    with pytest.raises(ModelError, match=rf"{re.escape(FILE_NAME)} is not what it should be .*pullquote calibrate"):
        load(tmp_path / FILE_NAME)


def test_one_of_another_version_is_none(tmp_path):
    (tmp_path / FILE_NAME).write_text(damaged())
    assert load(tmp_path / FILE_NAME)
    (tmp_path / FILE_NAME).write_text(damaged(features=["charm"]))
    assert load(tmp_path / FILE_NAME) is None


def test_bytes_that_are_no_text_and_a_folder_are_model_errors(tmp_path):
    (tmp_path / FILE_NAME).write_bytes(b"\xff")
    with pytest.raises(ModelError, match="is not what it should be"):
        load(tmp_path / FILE_NAME)
    with pytest.raises(ModelError, match="is not what it should be"):
        load(tmp_path)


@pytest.fixture
def reader(tmp_path):
    """A reader whose folder holds no model yet."""
    one = CapitalReader()
    one.folder = tmp_path / "reader"
    return one


def saved(folder, *, intercept, reader="0" * 64):
    folder.mkdir(exist_ok=True)
    model = ConfidenceModel(reader, (0.0,), (1.0,), (0.0,), intercept, ("margin",))
    model.save(folder / FILE_NAME)
    return model


def test_the_archives_own_wins_over_the_readers(reader, tmp_path):
    archive = tmp_path / "news.pq"
    assert confidence_for(archive, reader, passages_read=6) is None
    shipped = saved(reader.folder, intercept=1.0)
    assert confidence_for(archive, reader, passages_read=6) == shipped
    own = saved(archive, intercept=2.0)
    assert confidence_for(archive, reader, passages_read=6) == own


def test_a_model_for_another_reader_is_ignored(reader, tmp_path):
    archive = tmp_path / "news.pq"
    saved(archive, intercept=2.0, reader="e" * 64)
    assert confidence_for(archive, reader, passages_read=6) is None
    shipped = saved(reader.folder, intercept=1.0)
    assert confidence_for(archive, reader, passages_read=6) == shipped
    reader.folder = None
    assert confidence_for(archive, reader, passages_read=6) is None


def test_a_fit_for_another_number_of_passages_is_not_called_fitted(reader, tmp_path):
    archive = tmp_path / "news.pq"
    plain = saved(archive, intercept=2.0)
    own = replace(plain, passages_read=3)
    assert own.sha256 != plain.sha256
    own.save(archive / FILE_NAME)
    assert load(archive / FILE_NAME) == own
    assert confidence_for(archive, reader, passages_read=3) == own
    assert confidence_for(archive, reader, passages_read=6) is None
    shipped = saved(reader.folder, intercept=1.0)
    assert confidence_for(archive, reader, passages_read=6) == shipped
    (archive / FILE_NAME).write_text(
        (archive / FILE_NAME).read_text().replace('"passages_read": 3', '"passages_read": "x"')
    )
    with pytest.raises(ModelError, match="passages_read is no number"):
        confidence_for(archive, reader, passages_read=6)


def test_a_damaged_model_is_not_passed_over(reader, tmp_path):
    saved(reader.folder, intercept=1.0)
    archive = tmp_path / "news.pq"
    archive.mkdir()
    (archive / FILE_NAME).write_text("{")
    with pytest.raises(ModelError, match=r"news\.pq"):
        confidence_for(archive, reader, passages_read=6)


QUESTION = "who chaired the port authority of varn"


@pytest.fixture
def archive(tmp_path, embedder, write_articles):
    opened = Archive.open(tmp_path / "news.pq", create=True, embedder=embedder)
    opened.add([write_articles({"id": "lind", "text": "The port authority of varn is chaired by Lind, 41."})])
    return opened


@pytest.mark.parametrize(
    ("intercept", "given"), [(math.log(3), True), (0.25, True), (0.0, False), (-math.log(3), False)]
)
def test_the_engine_gives_what_the_archives_model_says(archive, reader, intercept, given):
    plain = Engine(archive, reader=reader)
    assert plain.confidence is None
    plain = plain.ask(QUESTION)
    saved(archive.path, intercept=intercept)
    engine = Engine(archive, reader=reader)
    answer = engine.ask(QUESTION)
    assert engine.confidence.intercept == intercept
    assert answer.confidence == pytest.approx(1 / (1 + math.exp(-intercept)))
    assert (answer.answer is not None) is given
    assert [one.text for one in answer.answers] == [one.text for one in plain.answers]
    assert plain.confidence != answer.confidence


def test_the_engine_tells_of_a_damaged_model(archive, reader):
    (archive.path / FILE_NAME).write_text("[]")
    with pytest.raises(ModelError, match="is not what it should be"):
        Engine(archive, reader=reader).ask(QUESTION)


def test_the_engines_settings(archive, reader):
    assert Engine(archive, reader=reader, passages=7).settings() == {
        "passages_read": 7,
        "spans_a_passage": 5,
        "sure": SURE,
        "given_from": GIVEN_FROM,
        "speaks_from": SPEAKS_FROM,
    }
