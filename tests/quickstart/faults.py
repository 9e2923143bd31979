"""What may go wrong on the way, from a seed: in every history the end must be the same."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

UNREADABLE = (
    "not json at all",
    '{"headers": {}, "body": {"an": "object"}}',
    '{"headers": {}, "body": "{\\"id\\": 1"}',
    '{"headers": {}, "received_at": "2026-01-01T00:00:00Z"}',
    "[]",
    '{"headers": {}, "body": "[]", "received_at": "yesterday"}',
)
SYSTEMS = ("crm", "erp")


@dataclass(frozen=True)
class Part:
    """What arrives before one run, as texts of files. The last of them may still be written to: `rest` comes after the
    run. `away` are systems that cannot be reached during it, `locked` the one that somebody else writes to all the
    time. `unreadable`: lines are among them that nobody can read.
    """

    files: Sequence[str]
    rest: str
    away: tuple[str, ...]
    locked: str
    unreadable: bool


def history(captured: Sequence[str], random: Random) -> Iterator[Part]:
    """The deliveries in the order of their arrival or in any other, some once more, some late, with lines among them
    that nobody can read, in several files, spread over several runs. The last run has everybody there.
    """
    lines = _in_some_order(captured, random)
    cuts = sorted(random.sample(range(1, len(lines)), random.randrange(4)))
    bounds = list(zip([0, *cuts], [*cuts, len(lines)], strict=True))
    for start, end in bounds:
        part, last = lines[start:end], end == len(lines)
        broken = _unreadable(part, random)
        for line in broken:
            part.insert(random.randrange(len(part) + 1), line)
        away: tuple[str, ...] = () if last else random.choice(((), (), ("crm",), ("erp",), SYSTEMS))
        locked = "" if last or away or random.random() < 0.8 else random.choice(SYSTEMS)
        *files, growing = _files(part, random)
        size = len(growing) if last or random.random() < 0.7 else random.randrange(len(growing))
        yield Part([*files, growing[:size]], growing[size:], away, locked, unreadable=bool(broken))


def _in_some_order(captured: Sequence[str], random: Random) -> list[str]:
    lines = [*captured, *random.sample(captured, len(captured) // 10)]
    if random.random() < 0.5:
        random.shuffle(lines)
        return lines
    return [line for _, _, line in sorted((_arrival(random, n), n, line) for n, line in enumerate(lines))]


def _arrival(random: Random, number: int) -> int:
    """Most come in their turn, some much later."""
    return number + (random.randrange(80) if random.random() < 0.1 else 0)


def _unreadable(part: Sequence[str], random: Random) -> list[str]:
    """Some that are nothing at all, and deliveries that broke off: whole ones of the same come too."""
    nothing = random.choices(UNREADABLE, k=random.choice((0, 0, 1, 3)))
    broken = [line[: random.randrange(1, len(line) - 1)] for line in random.sample(part, min(len(part), 2))]
    return [*nothing, *random.choice(((), (), broken))]


def _files(part: Sequence[str], random: Random) -> list[str]:
    cuts = sorted(random.sample(range(1, len(part)), random.randrange(min(3, len(part)))))
    bounds = zip([0, *cuts], [*cuts, len(part)], strict=True)
    return ["".join(line + "\n" for line in part[start:end]) for start, end in bounds]


def several_in_one_second(captured: Sequence[str]) -> int:
    """How many deliveries share the second in which they happened with another one about the same record."""
    seen: dict[tuple[str, int], set[str]] = {}
    for line in captured:
        event = json.loads(json.loads(line)["body"])
        seen.setdefault((event["data"]["object"].get("id", ""), event["created"]), set()).add(event["id"])
    return sum(len(ids) for ids in seen.values() if len(ids) > 1)
