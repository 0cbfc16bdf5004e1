"""One input to another that is a little or very much worse."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from corpus import TOKENS

# Small inputs find as much as large ones, a hundred times faster; growth is what the series are for.
MAX_BYTES = 20_000

Mutation = Callable[[bytes, random.Random, Sequence[bytes]], bytes]


def mutated(data: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    """Return `data` after one to six mutations; `others` are inputs to take pieces from."""
    for _ in range(min(1 + int(rng.expovariate(0.5)), 6)):
        data = rng.choice(_MUTATIONS)(data, rng, others)[:MAX_BYTES]
    return data


def _cut(data: bytes, rng: random.Random) -> tuple[int, int]:
    start = rng.randint(0, len(data))
    return start, min(len(data), start + int(rng.expovariate(1 / 20)))


def _flip(data: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    if not data:
        return data
    at = rng.randrange(len(data))
    return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]


def _delete(data: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    start, end = _cut(data, rng)
    return data[:start] + data[end:]


def _truncate(data: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    return data[: rng.randint(0, len(data))]


def _insert(data: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    at = rng.randint(0, len(data))
    return data[:at] + rng.choice(TOKENS) + data[at:]


def _replace(data: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    start, end = _cut(data, rng)
    return data[:start] + rng.choice(TOKENS) + data[end:]


def _repeat_piece(data: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    start, end = _cut(data, rng)
    return data[:end] + data[start:end] * rng.choice((1, 2, 10, 200)) + data[end:]


def _repeat_token(data: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    at = rng.randint(0, len(data))
    token = b"".join(rng.choices(TOKENS, k=rng.choice((1, 1, 2))))
    return data[:at] + token * rng.choice((3, 30, 300, 2000)) + data[at:]


def _splice(data: bytes, rng: random.Random, others: Sequence[bytes]) -> bytes:
    other = rng.choice(others)
    return data[: rng.randint(0, len(data))] + other[rng.randint(0, len(other)) :]


def _swap(data: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    (a, b), (c, d) = sorted((_cut(data, rng), _cut(data, rng)))
    return data[:a] + data[c:d] + data[min(b, c) : c] + data[a : min(b, c)] + data[d:]


def _recode(data: bytes, rng: random.Random, _: Sequence[bytes]) -> bytes:
    return data.decode("utf-8", "replace").encode(rng.choice(("utf-16", "utf-16-le", "latin-1", "cp1251")), "replace")


_MUTATIONS: tuple[Mutation, ...] = (
    *(_flip, _flip, _delete, _truncate, _swap, _recode),
    *(_insert, _insert, _replace, _replace, _repeat_piece, _repeat_token, _splice),
)
