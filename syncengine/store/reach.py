"""All that hangs on one person or company: from names to inputs, from inputs to records, from records to whatever
refers to them, until nothing new turns up. Pure: a store brings the look-ups.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from syncengine.canonical import decode
from syncengine.model.erasure import Name
from syncengine.store.subject import names_of_link

Link = tuple[str, str]
"""(flow id, their id)."""

_REF: Final = re.compile(r'\{"flow":"([^"\\]*)","id":("(?:[^"\\]|\\.)*")')


class Ground(Protocol):
    """What a ledger answers, each question for itself: nothing keeps a writer waiting for long."""

    def systems(self) -> Collection[str]:
        """Everybody who ever sent something, or was read."""
        ...

    def naming(self, names: Collection[Name]) -> Iterable[tuple[Name, int, Name]]:
        """(name, input, name of the record shown, see `store.subject.rows_of`)."""
        ...

    def records_of(self, inputs: Collection[int]) -> Mapping[int, int]:
        """The record that each input is about; one that is about none is missing."""
        ...

    def inputs_about(self, records: Collection[int]) -> Iterable[int]: ...

    def links_of(self, records: Collection[int]) -> Iterable[Link]: ...

    def referring(self, links: Collection[Link]) -> Iterable[int]:
        """Records that refer to one of these."""
        ...


@dataclass(slots=True)
class Closure:
    names: set[Name] = field(default_factory=set)
    links: set[Link] = field(default_factory=set)
    records: set[int] = field(default_factory=set)
    inputs: set[int] = field(default_factory=set)

    def meets(self, other: "Closure") -> bool:
        """Whether the two share anything."""
        return not (
            self.names.isdisjoint(other.names)
            and self.records.isdisjoint(other.records)
            and self.inputs.isdisjoint(other.inputs)
        )


def closure(ground: Ground, names: Collection[Name], records: Collection[int]) -> Closure:
    """All that hangs together with these."""
    found = Closure()
    systems = sorted(ground.systems())
    while names or records:
        found.names |= (new_names := set(names) - found.names)
        found.records |= (new_records := set(records) - found.records)
        names, records = set(), set()
        rows = list(ground.naming(new_names)) if new_names else []
        showing = {input_ for _, input_, shown in rows if shown}
        found.inputs.update(input_ for _, input_, _ in rows)
        names.update(shown for *_, shown in rows if shown)
        records.update(ground.records_of(showing).values() if showing else ())
        if new_records:
            found.inputs.update(ground.inputs_about(new_records))
            links = set(ground.links_of(new_records)) - found.links
            found.links |= links
            names |= called(ground, systems, links, found.records)
            records.update(ground.referring(links) if links else ())
        names -= found.names
        records -= found.records
    return found


def called(ground: Ground, systems: Collection[str], links: Collection[Link], records: Collection[int]) -> set[Name]:
    """The names that linked records go by: that of a system only where it means no other record."""
    sure = {name for link in links for name in names_of_link(*link)}
    maybe = {f"{system}:{id_}" for system in systems for _, id_ in links}
    own, other = _shown_as(ground, maybe, records)
    return (sure | own) - (other - own)


def _shown_as(ground: Ground, names: Collection[Name], records: Collection[int]) -> tuple[set[Name], set[Name]]:
    """The names under which one of the records was shown, and those under which another one was."""
    rows = [(name, input_) for name, input_, shown in ground.naming(names) if name == shown] if names else []
    about = ground.records_of({input_ for _, input_ in rows}) if rows else {}
    told = [(name, about[input_] in records) for name, input_ in rows if input_ in about]
    return {name for name, own in told if own}, {name for name, own in told if not own}


def means(ground: Ground, text: str, record: int) -> set[Name]:
    """The names that an id as people give it may mean, beside those of the record's links: alone, or as SYSTEM:ID."""
    names = {text, *(f"{system}:{text}" for system in ground.systems())}
    known = {name for name, *_ in ground.naming(names)}
    if not record:
        return known
    own, other = _shown_as(ground, known, {record})
    return known - (other - own)


def refers(document: str, links: Collection[Link]) -> bool:
    """Whether the document of a record names one of these links."""
    return any((flow, decode(id_.encode())) in links for flow, id_ in _REF.findall(document))
