"""Closed lists: in our own words, or in theirs through a table of words."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from syncengine.model.value import Json
from syncengine.plan.conversion import Conversion, unreadable
from syncengine.plan.conversions.text import clean
from syncengine.plan.plan import UnreadableError


@dataclass(frozen=True, slots=True, kw_only=True)
class WordTable:
    """`ours` finds our word by theirs, `theirs` their word by ours; a table that serves one way has only that one."""

    ours: Mapping[str, str]
    theirs: Mapping[str, str]


def word_table(written: Mapping[str, Collection[str]]) -> WordTable:
    """From ours -> theirs. Several words of theirs are only read; one of theirs for several of ours is only written."""
    cleaned = {our: [clean(their) for their in several] for our, several in written.items()}
    theirs = {our: several[0] for our, several in cleaned.items() if len(several) == 1}
    pairs = [(their, our) for our, several in cleaned.items() for their in several]
    counts = Counter(their for their, _ in pairs)
    return WordTable(ours={their: our for their, our in pairs if counts[their] == 1}, theirs=theirs)


def same_words(words: Collection[str]) -> WordTable:
    table = {word: word for word in words}
    return WordTable(ours=table, theirs=table)


def word(raw: Json) -> str | None:
    """A word of theirs as the tables hold it: text, or the text of a number or boolean."""
    if isinstance(raw, str):
        return clean(raw) or None
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, int):
        return str(raw)
    raise unreadable(raw, "a word")


def spelled_word() -> Conversion:
    """What stands at the place: their word, whether the table knows it or not."""
    return Conversion(read=word, write=str)


def one_of(words: Collection[str], table: WordTable | None) -> Conversion:
    known = same_words(words) if table is None else table
    ours = {their: our for their, our in known.ours.items() if our in words}

    def read(raw: Json) -> str | None:
        found = word(raw)
        if found is None:
            return None
        if found not in ours:
            raise UnreadableError("a word outside the closed list", review=True)
        return ours[found]

    return Conversion(read=read, write=word_writer(known.theirs))


def word_writer(theirs: Mapping[str, str]) -> Callable[[str], str]:
    def write(value: str) -> str:
        try:
            return theirs[value]
        except KeyError:
            raise UnreadableError("their words have none for this word") from None

    return write
