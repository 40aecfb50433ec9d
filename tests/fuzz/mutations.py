"""Seeded mutations of real samples: the same seed gives the same inputs, on any machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from random import Random

LONGEST_BYTES = 300_000
"""Inputs grow no further: what is looked for is a crash, not how long a big file takes."""

AWKWARD = (
    b"",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\r",
    b"\n\n",
    b'"',
    b"'",
    b"-1",
    b"0",
    b"1e400",
    b"nan",
    b"inf",
    b"9223372036854775808",
    b"99999999999999999999999999",
    b"null",
    b"true",
    b"[]",
    b"{}",
    b"[[[[[[[[",
    b"\xc2\xb2",
    b"\xd9\xa3",
    b"../",
    b"%00",
    b"=1+1",
    b"2024-02-30",
    b"0001-01-01",
    b"9999-12-31",
    b"1.5",
    b",",
    b";",
)
"""Pieces that parsers stumble on."""

Mutation = Callable[[Random, bytearray, Sequence[bytes]], None]


def mutants(samples: Sequence[bytes], seed: int) -> Iterator[bytes]:
    """Samples as they are, then without end mutations of one of them."""
    yield from samples
    random = Random(seed)
    while True:
        content = bytearray(random.choice(samples))
        for _ in range(random.choice((1, 1, 1, 2, 3, 6))):
            random.choice(MUTATIONS)(random, content, samples)
        yield bytes(content[:LONGEST_BYTES])


def _slice(random: Random, content: bytearray) -> slice:
    start = random.randint(0, len(content))
    return slice(start, min(len(content), start + random.choice((1, 1, 2, 4, 16, 64, 1000))))


def _flip(random: Random, content: bytearray, _: Sequence[bytes]) -> None:
    if content:
        content[random.randrange(len(content))] ^= random.randrange(1, 256)


def _write_awkward(random: Random, content: bytearray, _: Sequence[bytes]) -> None:
    content[_slice(random, content)] = random.choice(AWKWARD)


def _insert_awkward(random: Random, content: bytearray, _: Sequence[bytes]) -> None:
    place = random.randint(0, len(content))
    content[place:place] = random.choice(AWKWARD)


def _change_number(random: Random, content: bytearray, _: Sequence[bytes]) -> None:
    """A number as text is replaced whole."""
    start = random.randint(0, len(content))
    while start < len(content) and not 48 <= content[start] <= 57:
        start += 1
    end = start
    while end < len(content) and 48 <= content[end] <= 57:
        end += 1
    content[start:end] = random.choice(
        (b"0", b"-1", b"1e309", b"nan", b"99999999999999999999", b"", b"x", b'"x"', b"[]")
    )


def _change_value(random: Random, content: bytearray, _: Sequence[bytes]) -> None:
    """A quoted text, as JSON and TOML have them, becomes something of another type."""
    start = content.find(b'"', random.randint(0, len(content)))
    end = content.find(b'"', start + 1)
    if 0 <= start < end:
        content[start : end + 1] = random.choice((b"0", b"null", b"true", b"[]", b"{}", b'""', b"1e400", b'"\\ud800"'))


def _cut(random: Random, content: bytearray, _: Sequence[bytes]) -> None:
    del content[_slice(random, content)]


def _truncate(random: Random, content: bytearray, _: Sequence[bytes]) -> None:
    del content[random.randint(0, len(content)) :]


def _repeat(random: Random, content: bytearray, _: Sequence[bytes]) -> None:
    part = _slice(random, content)
    content[part] = content[part] * random.choice((2, 3, 50))


def _swap_lines(random: Random, content: bytearray, _: Sequence[bytes]) -> None:
    lines = content.split(b"\n")
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    content[:] = b"\n".join(lines)


def _splice(random: Random, content: bytearray, samples: Sequence[bytes]) -> None:
    other = random.choice(samples)
    content[random.randint(0, len(content)) :] = other[random.randint(0, len(other)) :]


MUTATIONS: tuple[Mutation, ...] = (
    _flip,
    _flip,
    _write_awkward,
    _insert_awkward,
    _change_number,
    _change_value,
    _cut,
    _truncate,
    _repeat,
    _swap_lines,
    _splice,
)
