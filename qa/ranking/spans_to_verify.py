"""Which of the spans that were read a verifier is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pullquote.index.adding.adding import passage_head
from pullquote.index.passages.sentences import sentence_around
from pullquote.qa.ranking.combining import Combiner, Ranked, ranked_values
from pullquote.qa.ranking.found import Asked, Found, Place, collect, values
from pullquote.qa.ranking.verifier import Claim, Verifier

# So many spans of a question are verified: the first of each leading value, then other sentences that print it.
VERIFIED = 8
# Values whose other sentences are looked at, too.
_PRINTED_AGAIN = 3


def verified(asked: Asked, verifier: Verifier, combiner: Combiner | None) -> dict[Place, float]:
    """Return what a verifier says of the leading spans.

    Args:
        asked: what was read.
        verifier: is shown them.
        combiner: ranks the values; without one, votes do.
    """
    places = leading(asked, combiner)
    claims = [
        Claim(one.hit.passage.text, one.span.start, one.span.end, passage_head(one.hit.article)) for one in places
    ]
    return dict(zip((one.place for one in places), verifier.score(asked.question, claims), strict=True))


def leading(asked: Asked, combiner: Combiner | None, *, count: int = VERIFIED) -> list[Found]:
    """Return the places that are worth a look, of each sentence and value one, best first."""
    ranked = ranked_values(values(collect(asked)), asked, combiner)
    chosen: dict[tuple[int, int, int], Found] = {}
    for one in (*(value.places[0] for value in ranked), *_printed_again(ranked)):
        if one.place not in chosen:
            chosen[one.place] = one
        if len(chosen) == count:
            break
    return list(chosen.values())


def _printed_again(ranked: Sequence[Ranked]) -> Iterator[Found]:
    for value in ranked[:_PRINTED_AGAIN]:
        seen = set()
        for place in value.places:
            sentence = (place.rank, *sentence_around(place.hit.passage.text, place.span.start, place.span.end))
            if sentence not in seen and place is not value.places[0]:
                yield place
            seen.add(sentence)
