"""Verifications: a status, from a word of theirs or from the answer of a connector's reading.

An unknown word is never an error and never trusted: it is a verification that somebody has to look at.
"""

from collections.abc import Callable, Mapping
from typing import Final

from syncengine.model.value import Json, Places, Value
from syncengine.plan.conversion import Conversion, Dialect
from syncengine.plan.conversions.moment import timestamp
from syncengine.plan.conversions.words import WordTable, same_words, word, word_writer
from syncengine.plan.path import getter
from syncengine.plan.plan import ABSENT, Absent, UnreadableError
from syncengine.vocabulary import VerificationStatus

_STATUSES: Final = frozenset(str(status) for status in VerificationStatus)
_UNKNOWN: Final = str(VerificationStatus.IN_REVIEW)
_MOMENTS: Final = ("since", "valid_until")
_TEXTS: Final = ("evidence", "reason")

_from_unix = timestamp(Dialect(time="unix")).read
_from_text = timestamp(Dialect(time="rfc3339")).read


def verification(table: WordTable | None) -> Conversion:
    known = same_words(_STATUSES) if table is None else table
    write = word_writer(known.theirs)

    def read(raw: Json) -> dict[str, Json] | None:
        found = _word(raw)
        return None if found is None else {"status": _status(known.ours.get(found))}

    return Conversion(read=read, write=lambda value: write(value["status"]))


Read = Callable[[Mapping[str, Json]], "Value | Absent"]


def dated(status: Read, beside: Mapping[str, str], moments: Conversion) -> Read:
    """A status with its moments (part -> place) beside it. A moment that cannot be read leaves nothing that could be
    trusted: somebody has to look.
    """
    looks = {part: getter(place) for part, place in beside.items()}

    def read(content: Mapping[str, Json]) -> Value | Absent:
        value = status(content)
        if value is None or value is ABSENT:
            return value
        try:
            said = {part: _shown(find(content), moments) for part, find in looks.items()}
        except UnreadableError:
            return {"status": _UNKNOWN}
        return {**value, **{part: moment for part, moment in said.items() if moment is not None}}

    return read


def _shown(raw: Json | Absent, moments: Conversion) -> Json:
    return None if raw is None or raw is ABSENT else moments.read(raw)


def writer(
    at: str, beside: Mapping[str, str], status: Conversion, moments: Conversion
) -> Callable[[Value], Places]:  # fmt: skip
    def write(value: Value) -> Places:
        said = value or {}
        shown = {place: said.get(part) for part, place in beside.items()}
        filled = {place: None if moment is None else moments.write(moment) for place, moment in shown.items()}
        return {at: None if value is None else status.write(value), **filled}

    return write


def _word(raw: Json) -> str | None:
    try:
        return word(raw)
    except UnreadableError:
        return ""


def _status(said: Json) -> str:
    return said if isinstance(said, str) and said in _STATUSES else _UNKNOWN


_plain = verification(None).read


def answer(said: Json) -> Value:
    """What a reading says: a status, or a mapping of `status` and, where known, since, valid_until (RFC 3339 text or
    unix seconds), evidence and reason (text). Raises UnreadableError for moments that are none: what is valid for an
    unknown time is not verified.
    """
    if not isinstance(said, Mapping):
        return _plain(said)
    value = {"status": _status(said.get("status"))}
    for part in _MOMENTS:
        moment = _moment(said.get(part))
        if moment is not None:
            value[part] = moment
    for part in _TEXTS:
        text = said.get(part)
        if isinstance(text, str) and text.strip():
            value[part] = text.strip()
    return value


def _moment(raw: Json) -> str | None:
    if raw is None:
        return None
    found: str | None = (_from_unix if isinstance(raw, int) else _from_text)(raw)
    return found
