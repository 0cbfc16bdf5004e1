"""Two turns each: a change of topic, which is searched as it stands, or a follow-up that needs the turn before.

The cases are in test_followups_topics.json, written before the rules of qa/followup_topics.py and split at random: the
rules were made on the half "made"; "kept" was looked at once they were done. `carries` is what a follow-up must take
along, null for a change of topic.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pullquote.answers import Turn
from pullquote.qa.followups import understand

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
FIRE = ("How many people were hurt in the fire at the Sundby mill?", "four")
ELECTION = ("Who won the general election in Orlund?", "the Centre Party")
COACH = ("Who is the coach of Sundby FC?", "Lars Dahl")


def is_right(case: dict[str, Any]) -> bool:
    found = understand(case["question"], [Turn(*turn) for turn in case["turns"]])
    return not found.changed if case["carries"] is None else found.changed and case["carries"] in found.question


@pytest.mark.parametrize(
    ("half", "change", "least"),
    [("made", True, 1.0), ("made", False, 1.0), ("kept", True, 15 / 17), ("kept", False, 1.0)],
)
def test_topic_changes_are_left_alone_and_follow_ups_are_not(half: str, change: bool, least: float):
    cases = [case for case in CASES if case["half"] == half and (case["carries"] is None) == change]
    wrong = [case for case in cases if not is_right(case)]
    assert len(cases) == 17
    assert len(wrong) <= (1 - least) * len(cases) + 1e-9, wrong


@pytest.mark.parametrize(
    ("told", "question", "understood"),
    [
        # of the same sort as the conversation, or pointing back: a part of it
        ([COACH], "Who won the league?", "As for Lars Dahl and the coach of Sundby FC, who won the league?"),
        ([FIRE], "Who won the league?", "Who won the league?"),
        ([FIRE], "How did the economy react?", "As for the fire at the Sundby mill, how did the economy react?"),
        ([FIRE], "Who else won the league?", "As for the fire at the Sundby mill, who else won the league?"),
        ([FIRE], "Was there an earthquake?", "As for the fire at the Sundby mill, was there an earthquake?"),
        # what a word must tell: which ban
        ([FIRE], "When does the ban begin?", "As for the fire at the Sundby mill, when does the ban begin?"),
        ([FIRE], "When does the new ban begin?", "As for the fire at the Sundby mill, when does the new ban begin?"),
        ([FIRE], "When does the vaping ban begin?", "When does the vaping ban begin?"),
        # the country's election is another one than the mayor's
        ([("Who was elected mayor of Tarn?", "Odile Brandt")], "Who won the general election?",
         "Who won the general election?"),
        ([("Who was elected mayor of Tarn?", "Odile Brandt")], "When was the election?",
         "As for Odile Brandt and mayor of Tarn, when was the election?"),
        # the best of the world, or of the story
        ([FIRE], "What is the tallest chimney in the world?", "What is the tallest chimney in the world?"),
        ([FIRE], "Who was the youngest victim?", "As for the fire at the Sundby mill, who was the youngest victim?"),
        # typed small, three words may hold a name
        ([FIRE], "when did little otter bay open", "when did little otter bay open"),
        ([FIRE], "was the owner arrested", "As for the fire at the Sundby mill, was the owner arrested?"),
        # back to an earlier topic, and on from a new one
        ([ELECTION, FIRE], "When was the election called?",
         "When was the general election in Orlund called?"),
        ([COACH, FIRE], "Who won the league?", "As for Lars Dahl and the coach of Sundby FC, who won the league?"),
        ([FIRE, ("Who won the general election?", "the Centre Party")], "What was the turnout?",
         "As for the Centre Party and the general election, what was the turnout?"),
    ],
)  # fmt: skip
def test_what_a_question_belongs_to(told: list[tuple[str, str]], question: str, understood: str):
    assert understand(question, [Turn(*turn) for turn in told]).question == understood
