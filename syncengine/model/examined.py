"""One thing that was looked at, and how it is doing."""

from dataclasses import dataclass

from syncengine.vocabulary import Health


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """`name` is what was looked at, `what` how it is, `next` what to do about it ("" where nothing is to be done)."""

    name: str
    health: Health
    what: str
    next: str = ""


def ok(name: str, what: str) -> Examined:
    return Examined(name=name, health=Health.OK, what=what)


def warning(name: str, what: str, following: str) -> Examined:
    return Examined(name=name, health=Health.WARNING, what=what, next=following)


def failed(name: str, what: str, following: str) -> Examined:
    return Examined(name=name, health=Health.FAILED, what=what, next=following)
