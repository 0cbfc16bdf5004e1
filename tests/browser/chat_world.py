"""A small archive for the chat's tests: the real archive and engine, with an embedder and a reader without weights."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from pullquote import Archive
from pullquote.qa.ranking.confidence import FEATURES, ConfidenceModel
from pullquote.qa.reading.reader import Reading, ScoredSpan
from pullquote.qa.reading.windows import ReaderInput

from fakes import HashEmbedder

LEAD = (
    "Dr Hanne Osterby, of the marine safety board, is leading the investigation into the sinking of the Corrin Star. "
    "She said that it would take a year."
)


def _article(name: str, title: str, outlet: str, published: str, text: str, *authors: str) -> dict[str, object]:
    return {
        "id": name,
        "url": f"https://{outlet.split()[0].lower()}.example/{name}",
        "title": title,
        "outlet": outlet,
        "published": published,
        "authors": list(authors),
        "text": text,
    }


_FILLER = "\n\n".join(
    f"Paragraph {number} of this report is about the weather over the estuary, the tides and the price of herring."
    for number in range(1, 15)
)
ARTICLES = [
    _article("lead", "Board opens investigation", "Harbour Courier", "2031-05-04", f"{_FILLER}\n\n{LEAD}\n\n{_FILLER}",
             "Ines Amaro", "Tom Reyl"),
    _article("lead-again", "Who leads the inquiry", "Evening Echo", "2031-05-05", f"{LEAD}\n\nSpring has come early."),
    _article("nine", "Nine dead in ferry disaster", "Harbour Courier", "2031-05-03",
             "Nine people died when the ferry Corrin Star sank off Vellmouth, the coastguard said.", "Tom Reyl"),
    _article("thirteen", "Toll rises to thirteen", "Evening Echo", "2031-05-08",
             "Thirteen people died when the ferry Corrin Star sank off Vellmouth, the police said.", "Ada Pell"),
    _article("port", "Harbour fees rise", "Tradewind Weekly", "2031-06-09",
             "Margit Lorrimer, chief executive of the Port Authority, defended the new harbour fees.", "Ole Brandt"),
    _article("fair", "Herring fair opens", "Tradewind Weekly", "2031-06-01",
             "The herring fair was opened by Mayor Jon Vig on the quay on Sunday.", "Ole Brandt"),
]  # fmt: skip

# Question, words of the answer, margin over "no answer": the confidence is its logistic function.
_RULES = [
    (r"who .*lead", r"Dr Hanne Osterby", 2.3),
    (r"how many .*died", r"Nine(?= people died)", 2.6),
    (r"how many .*died", r"Thirteen(?= people died)", 1.2),
    (r"salary", r"Port Authority", -0.7),
    (r"why .*fees", r"defended the new harbour fees", 0.1),
    (r"who .*(?:opened|fair)", r"Mayor Jon Vig", 3.2),
    (r"how long|what did she say", r"a year", 1.5),
    (r"who .*parrot", r"Captain Sten Hovde", 2.0),
    (r"say (zebra\w+)", r"(?<=says: ).*?(?= is what)", 2.0),
]


class RuleReader:
    """Answers by rules on the question's words; silent on every other question."""

    name = "rules"
    sha256 = "7" * 64
    folder = None

    def read(self, question: str, passages: Sequence[ReaderInput], *, spans: int = 5) -> list[Reading]:
        return [Reading(tuple(self._spans(question, passage.text))[:spans], 0.0) for passage in passages]

    def _spans(self, question: str, text: str) -> list[ScoredSpan]:
        found = []
        for asked, words, margin in _RULES:
            match = re.search(asked, question, re.IGNORECASE)
            if match and all(name.lower() in text.lower() for name in match.groups()):
                found += [ScoredSpan(*place.span(), margin) for place in re.finditer(words, text, re.DOTALL)]
        return sorted(found, key=lambda span: -span.score)


def make_archive(path: Path) -> Path:
    """Make the archive, with a fitted confidence for the reader."""
    source = path.parent / "articles.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in ARTICLES), encoding="utf-8")
    with Archive.open(path, create=True, embedder=HashEmbedder()) as archive:
        archive.add([source])
    numbers = {name: float(name == "margin") for name in FEATURES}
    fitted = ConfidenceModel(
        model_sha256=RuleReader.sha256,
        mean=(0.0,) * len(FEATURES),
        scale=(1.0,) * len(FEATURES),
        weights=tuple(numbers.values()),
        intercept=0.0,
        features=FEATURES,
    )
    fitted.save(path / "confidence.json")
    return path
