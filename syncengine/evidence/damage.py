"""Broken places of an audit trail, in the order in which they were found."""

from typing import Final

SHOWN: Final = 20


class Damage:
    """Collects at most `SHOWN` places in words and counts the others."""

    def __init__(self) -> None:
        self.places: list[str] = []
        self.more = 0

    def take(self, other: "Damage") -> None:
        """What was found there was found here, too."""
        for place in other.places:
            self.note(place)
        self.more += other.more

    def note(self, place: str) -> None:
        if len(self.places) < SHOWN:
            self.places.append(place)
        else:
            self.more += 1
