"""The benchmark of speakers judges by the places that people marked."""

import gzip
import json

import pytest

from pullquote.errors import InputError
from pullquote.eval.benchmarks import speakers as speaker_benchmark
from pullquote.eval.benchmarks.speakers import is_name, judge

TEXT = "“It is late,” said Mara Lind. The bridge, Jon Vig says, is shut. He fears the worst. Ole Dumas hopes for rain."


def attribution(source, content):
    start, said = TEXT.index(source), TEXT.index(content)
    return {"source": [[start, start + len(source)]], "cue": [], "content": [[said, said + len(content)]]}


ARTICLE = {
    "text": TEXT,
    "attributions": [
        attribution("Mara Lind", "It is late"),
        attribution("Jon Vig", "is shut"),
        attribution("He", "the worst"),
        attribution("Ole Dumas", "for rain"),
    ],
}


@pytest.mark.parametrize(
    ("source", "name"),
    [("Mara Lind", True), ("the Skelling council", True), ("The council", False), ("He", False), ("a poll", False)],
)
def test_sources_that_are_names(source, name):
    assert is_name(source) is name


def test_each_sentence_is_judged():
    judged = list(judge(ARTICLE))
    assert [one.quoted for one in judged] == [True, False, False, False]
    assert [[TEXT[slice(*source)] for source in one.sources] for one in judged] == [
        ["Mara Lind"],
        ["Jon Vig"],
        [],
        ["Ole Dumas"],
    ]
    assert [(one.here, one.right) for one in judged] == [(True, True), (True, True), (False, False), (False, False)]


def test_the_table(tmp_path, monkeypatch, capsys):
    file = tmp_path / "data/quotes/train.jsonl.gz"
    file.parent.mkdir(parents=True)
    with gzip.open(file, "wt", encoding="utf-8") as lines:
        lines.write(json.dumps(ARTICLE) + "\n")
    monkeypatch.setenv("PULLQUOTE_SHARED", str(tmp_path))
    speaker_benchmark.main(["--articles", "1", "--missed", "5"])
    shown = capsys.readouterr().out
    assert "3 with a source that is a name" in shown
    assert "100.0" in shown  # precision
    assert "66.7" in shown  # recall
    assert "missed: found None, marked ['Ole Dumas']" in shown


def test_without_the_data_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PULLQUOTE_SHARED", str(tmp_path))
    with pytest.raises(InputError, match="PULLQUOTE_SHARED"):
        speaker_benchmark.main([])
