"""What lies between their spelling and our normal form, for one value at one place.

Reading takes a raw value of theirs and gives the normal form of `model.value`, or None for "empty". Writing takes a
normal form and gives what is *spelled* at the place: text, int, bool or None, never a float, so that two spelled
values are equal exactly when they mean the same. `normaliser` brings raw values that were read back to that spelling.

| type | read from | spelled at the place |
|---|---|---|
| text, person_name | text; (t) an integer that serves as an id | text, trimmed, NFC |
| integer | int, integral Decimal, digits in text; (t) an integral float | int |
| decimal | Decimal, int, number in text; (t) a float | plain decimal text ("1.5") |
| boolean | bool; (t) 0 and 1, "true" and "false" | bool |
| date | "2026-01-31"; (t) a date, a moment at midnight (naive or UTC) | "2026-01-31" |
| timestamp, time unix | integer | int: whole seconds, fractions cut off |
| timestamp, time rfc3339 | text with a zone | RFC 3339 text in UTC |
| timestamp, time native | a datetime, or text; without a zone it means UTC | RFC 3339 text in UTC |
| timestamp, `as: date` | never read | the local date, "2026-01-31" |
| money, unit minor | integer, and a currency at its place | int, in the decimals the system counts in; "EUR" |
| money, unit major | decimal, (t) float; a currency at its place | "49.00", 4900 JPY as "4900"; "EUR" |
| country | two letters | upper case ("DE") |
| currency | three letters | upper case ("EUR") |
| language | a BCP 47 tag, "_" taken for "-" | lower case ("pt-br") |
| email | one "@", no white space | lower case |
| phone | an international number, in any punctuation | "+" and digits |
| web_domain | a host, or an address that has one | lower case, no scheme, "www.", port or path; IDNA |
| vat_number | letters and digits, in any punctuation | upper case, without punctuation |
| address | part by part: text, country as above | part by part: text or None |
| verification | a word (an unknown one: in_review); a reading's answer | their word for the status |
| one_of | a word of the table, or our own word | their word |
| ref | the record's id, like text | {"flow", "id", "in"}; once translated, the id as text |

(t): from systems whose record types are the user's own tables (`Description.open_ended`). Databases have fewer types
than JSON, so more is taken for granted of them.

Decided here, for every type:
* Text that is empty or only white space is empty (None), for type text as well.
* An amount is spelled with the decimals that its currency has. A normaliser sees one place and not the currency beside
  it, so it gives every amount two decimals at least: what is compared is the normal form, not the spelling.
* An amount with more decimals than its currency has is unreadable, never rounded; so is an amount without currency.
* Emptying money empties the amount and leaves the currency, which other amounts of the record may share.
* Email, phone and web_domain are typed by people: text without a normal form goes to review, as a word outside a
  closed list does. Everything else that cannot be read parks its record.
* Messages say what kind of value was found, never the value: they go to places where values may not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from syncengine.model.capability import Description
from syncengine.model.value import Json, Value
from syncengine.plan.plan import UnreadableError


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one system spells what has several spellings. `time` and `decimals` as in `Description`."""

    time: str = "rfc3339"
    tables: bool = False
    decimals: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """Both directions for one place. `read` takes anything but None; it gives None for "empty" and raises
    UnreadableError. `write` takes a normal form, never None.
    """

    read: Callable[[Json], Value]
    write: Callable[[Value], Json]


def dialect_of(description: Description) -> Dialect:
    return Dialect(time=description.time, tables=description.open_ended, decimals=description.decimals)


def normaliser(conversion: Conversion) -> Callable[[Json], Json]:
    """Raw value read back -> the spelling that `write` produces. A value that has no normal form is taken for the text
    it would be shown as, so that normalising twice changes nothing.
    """
    read, write = conversion.read, conversion.write

    def normal(raw: Json) -> Json:
        if raw is None:
            return None
        try:
            value = read(raw)
            return None if value is None else write(value)
        except UnreadableError:
            return raw if isinstance(raw, str) else normal(str(raw))

    return normal


def same(value: Value) -> Json:
    """The writing side of every type whose normal form is its spelling."""
    return value


def unreadable(raw: Json, wanted: str) -> UnreadableError:
    """The error for a raw value that is not what its field's type wants; tells the kind, not the value."""
    return UnreadableError(f"{kind(raw)} where {wanted} is wanted")


def kind(raw: Json) -> str:
    for types, word in _KINDS:
        if isinstance(raw, types):
            return word
    return f"a {type(raw).__name__}"


_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (type(None), "nothing"),
    (bool, "a boolean"),
    (int, "an integer"),
    ((Decimal, float), "a number"),
    (str, "text"),
    (datetime, "a moment"),
    (date, "a date"),
    (Mapping, "a record"),
    ((list, tuple), "a list"),
)
