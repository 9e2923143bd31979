"""Matching, compiled: under which normal text a value is compared, and which hashes a record has by rule.

| type | compared as equal | what makes no difference |
|---|---|---|
| text, person_name, address | "ACME  Gmbh." and "Acme GmbH" | case, compatible forms, blanks and punctuation |
| email | "Ada@ACME.example" and "ada@acme.example" | case |
| phone | "+49 (30) 12-34" and "0049301234" | digits alone |
| vat_number | "DE 123-456" and "de123456" | case, blanks and separators |
| web_domain | "https://www.acme.example/" and "acme.example" | scheme, "www." and path |
| country, currency, language | "de" and "DE" | case |
| integer, decimal, date, timestamp, one_of | equal normal forms | |

Full stops and apostrophes are dropped, every other mark parts words as a blank does.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Final
from unicodedata import category, normalize

from syncengine.canonical import commitment, digest, encode
from syncengine.check.checked import CheckedFlow, CheckedObject, CheckedSpelling
from syncengine.model.event import Snapshot
from syncengine.model.matching import KEY, Keys
from syncengine.model.record import Record
from syncengine.model.value import Json, Value
from syncengine.plan.conversions.text import identifier
from syncengine.plan.path import getter
from syncengine.plan.plan import ABSENT, FlowPlan, MatchPlan, ObjectPlan, ReadSpelling, UnreadableError
from syncengine.vocabulary import FieldType as T

HASH_BYTES: Final = 16
_INSIDE_WORDS: Final = frozenset(".'`\u00ad\u00b4\u00b7\u02bc\u2018\u2019")
"""Marks that belong to a word: full stop, apostrophes of every kind, soft hyphen, middle dot."""
_PARTING: Final = frozenset("PSZC")
"""First letters of the Unicode categories that part words: punctuation, symbols, separators, controls."""


def loose(text: str) -> str:
    """Text as it is compared: compatible forms, case, punctuation and blanks make no difference."""
    while (again := _folded(text)) != text:
        text = again
    return text


def _folded(text: str) -> str:
    folded = normalize("NFKC", normalize("NFKC", text).casefold())
    kept = "".join(" " if category(c)[0] in _PARTING else c for c in folded if c not in _INSIDE_WORDS)
    return " ".join(kept.split())


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdecimal()).lstrip("0")


def _letters_and_digits(text: str) -> str:
    return "".join(c for c in normalize("NFKC", text).casefold() if c.isalnum())


def _host(text: str) -> str:
    host = text.casefold().partition("://")[2] or text.casefold()
    return host.partition("/")[0].removeprefix("www.").rstrip(".")


def _address(value: Mapping[str, str]) -> str:
    parts = {name: loose(part) for name, part in value.items()}
    return encode({name: part for name, part in parts.items() if part}).decode() if any(parts.values()) else ""


_TEXTS: Final[Mapping[T, Callable[[Value], str]]] = {
    T.TEXT: loose,
    T.PERSON_NAME: loose,
    T.ADDRESS: _address,
    T.EMAIL: lambda value: value.strip().casefold(),
    T.PHONE: _digits,
    T.VAT_NUMBER: _letters_and_digits,
    T.WEB_DOMAIN: _host,
    T.COUNTRY: str.casefold,
    T.CURRENCY: str.casefold,
    T.LANGUAGE: str.casefold,
    T.INTEGER: str,
    T.DECIMAL: str,
    T.DATE: str,
    T.TIMESTAMP: str,
    T.ONE_OF: str,
}
COMPARABLE: Final = frozenset(_TEXTS)
"""The types whose values say who a record is about. A flag, an amount or a ref says nothing of the kind."""


def match_text(kind: T, value: Value) -> str | None:
    """The text under which a value in normal form is compared; None for one that says nothing ("---")."""
    return None if value is None else _TEXTS[kind](value) or None


def rule_name(rule: Iterable[str]) -> str:
    return "+".join(rule)


# --- hashes


def key_hash(secret: bytes, subject: ObjectPlan, key: str) -> bytes:
    """Of what stands, or would stand, in a key place."""
    return commitment(secret, encode(["key", subject.name, key]))[:HASH_BYTES]


def field_hash(secret: bytes, subject: ObjectPlan, name: str, value: Value) -> bytes | None:
    text = match_text(subject.fields[name].type, value)
    return None if text is None else commitment(secret, encode(["match", subject.name, name, text]))[:HASH_BYTES]


def match_keys(subject: ObjectPlan, hashes: Mapping[str, bytes]) -> Keys:
    """One hash for each rule all of whose fields say something."""
    assert subject.match is not None, f"{subject.name} is matched by nothing"
    said = (rule for rule in subject.match.rules if all(name in hashes for name in rule))
    return {rule_name(rule): _rule_hash(rule, hashes) for rule in said}


def _rule_hash(rule: tuple[str, ...], hashes: Mapping[str, bytes]) -> bytes:
    return digest(b"".join((rule_name(rule).encode(), b"\0", *(hashes[name] for name in rule))))[:HASH_BYTES]


def our_keys(subject: ObjectPlan, record: Record, secret: bytes) -> Keys:
    """Of an entity: the owners' words, and where they have not spoken yet, what the first flow of the map shows. One
    that is gone matches nothing.
    """
    if record.tombstone:
        return {}
    assert subject.match is not None, f"{subject.name} is matched by nothing"
    hashes: dict[str, bytes] = {}
    for name in sorted(subject.match.fields):
        found = _our_hash(subject, record, name, secret)
        if found is not None:
            hashes[name] = found
    return {KEY: key_hash(secret, subject, subject.key_of(record.birth)), **match_keys(subject, hashes)}


def _our_hash(subject: ObjectPlan, record: Record, name: str, secret: bytes) -> bytes | None:
    if name in record.fields:
        return field_hash(secret, subject, name, record.fields[name].value)
    shown = (record.shown.get(flow, {}).get(name) for flow in subject.flows)
    return next((bytes.fromhex(found) for found in shown if found), None)


def their_keys(subject: ObjectPlan, flow: FlowPlan, snapshot: Snapshot, secret: bytes) -> Keys:
    """Of a complete snapshot of a record that is linked to nobody. One that carries a key has no other."""
    if snapshot.gone or (flow.only_read is not None and not flow.only_read(snapshot.content)):
        return {}
    try:
        key = key_in(flow, snapshot)
    except UnreadableError:
        return {}
    if key is not None:
        return {KEY: key_hash(secret, subject, key)}
    return match_keys(subject, shown_hashes(subject, flow.matches, snapshot, secret))


def shown_hashes(
    subject: ObjectPlan, spellings: Iterable[ReadSpelling], snapshot: Snapshot, secret: bytes
) -> dict[str, bytes]:
    """By field: what a record of theirs shows of it. What nobody can read says nothing."""
    hashes: dict[str, bytes] = {}
    for spelling in spellings:
        try:
            value = spelling.read(snapshot.content)
        except UnreadableError:
            continue
        found = None if value is ABSENT else field_hash(secret, subject, spelling.field, value)
        if found is not None:
            hashes[spelling.field] = found
    return hashes


def key_in(flow: FlowPlan, snapshot: Snapshot) -> str | None:
    """What stands at the key place, as text; None for nothing. Raises UnreadableError for what is no key."""
    if not flow.key:
        return None
    raw = _getter(flow.key)(snapshot.content)
    return None if raw is None or raw is ABSENT else identifier(raw)


_getter: Final = lru_cache(maxsize=1024)(getter)


# --- compiling


def compile_match(subject: CheckedObject, flows: Mapping[str, FlowPlan]) -> MatchPlan | None:
    """A flow takes part if it is not one to be born in, and shows all fields of some rule in a way that can be read."""
    if not subject.matched_by:
        return None
    rules: dict[str, Json] = {"rules": [list(rule) for rule in subject.matched_by], "types": _types(subject)}
    parts = (flow for flow in subject.flows.values() if not flow.born and _matches(flows[flow.id], subject.matched_by))
    return MatchPlan(
        rules=subject.matched_by,
        flows={flow.id: digest(encode({**rules, "flow": _reading(flow, rules["types"])})).hex() for flow in parts},
        digest=digest(encode(rules)).hex(),
    )


def _matches(flow: FlowPlan, rules: Iterable[tuple[str, ...]]) -> bool:
    shown = {spelling.field for spelling in flow.matches}
    return any(shown.issuperset(rule) for rule in rules)


def _types(subject: CheckedObject) -> dict[str, str]:
    return {name: subject.fields[name].type.value for rule in subject.matched_by for name in rule}


def _reading(flow: CheckedFlow, names: Mapping[str, str]) -> Json:
    """All that decides which records of a flow are compared, and how they are read."""
    only = None if flow.only_read is None else flow.only_read.text
    spelled = [_form(s) for s in (*flow.reads, *flow.proposes, *flow.shows) if s.field.name in names]
    return {"record": flow.record.name, "key": flow.key, "only": only, "fields": spelled}


def _form(spelling: CheckedSpelling) -> Json:
    table = None if spelling.table is None else {ours: list(theirs) for ours, theirs in spelling.table.items()}
    return [spelling.field.name, spelling.spec.meaning(), table]
