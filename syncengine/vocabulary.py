"""The closed sets of words that every floor speaks. Values are what the ledger, JSON output and traces show."""

from enum import StrEnum
from typing import Any, Self


class Word(StrEnum):
    """From a member to its text and back is what an event does all the time; the library's ways take thrice as long."""

    @property
    def value(self) -> str:
        text: str = self._value_
        return text

    @classmethod
    def of(cls, text: str) -> Self:
        """The member with a text that the ledger holds. Raises KeyError."""
        member: Any = cls._value2member_map_[text]
        return member  # type: ignore[no-any-return]


class Trust(Word):
    """How a delivery came in, and so how far it is believed."""

    CAPTURED = "captured"  # from a file: the signature is checked without its time window
    READ = "read"  # we asked the system ourselves


class Signature(Word):
    """What became of the check of a delivery's signature."""

    VERIFIED = "verified"
    UNSIGNED = "unsigned"  # no secret is configured, or a captured delivery carries no signature
    FORGED = "forged"


class InputKind(Word):
    """What decide is asked about."""

    DELIVERY = "delivery"
    READING = "reading"  # a record that we read from its system: an input like an event
    RECHECK = "recheck"  # nothing arrived; something that the record's last decision rested on has changed


class InboxState(Word):
    """Where an input stands in the queue. The inbox row is the queue row."""

    DUE = "due"
    READING = "reading"  # waits until its record has been read back
    UNLINKED = "unlinked"  # waits until its record is known
    DONE = "done"


class Fate(Word):
    """What became of one input; `run` counts them, and they add up to the inputs it read."""

    SETTLED = "settled"
    DUPLICATE = "duplicate"
    STALE = "stale"
    ECHO = "echo"
    UNMAPPED = "unmapped"
    UNLINKED = "unlinked"
    READING = "reading"
    FAILED = "failed"


class FlowResult(Word):
    """The closed outcomes of one decision for one flow."""

    ACT = "act"
    NOTHING = "nothing"
    HELD = "held"
    REVIEW = "review"
    OBSERVED = "observed"


class PairState(Word):
    """Where the matching of one entity with the records of one flow stands, as long as it has not come to an end."""

    WAITING = "waiting"  # for a complete listing of the flow, and for its turn
    READING = "reading"  # for a reading of the record that it was matched with
    REVIEW = "review"  # several match: a person decides


class ActionKind(Word):
    CREATE = "create"
    UPDATE = "update"


class ActionState(Word):
    """The life of an action, from its decision to its end. The lower half mirrors the current attempt."""

    READY = "ready"
    WAITING = "waiting"  # for the link of a record that it refers to
    HELD = "held"  # by a gate
    PREPARED = "prepared"
    SENT = "sent"
    UNKNOWN = "unknown"
    PROBING = "probing"
    PARKED = "parked"
    DEAD_LETTERED = "dead_lettered"
    CONFIRMED = "confirmed"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


IN_FLIGHT = (
    ActionState.PREPARED,
    ActionState.SENT,
    ActionState.UNKNOWN,
    ActionState.PROBING,
    ActionState.PARKED,
    ActionState.DEAD_LETTERED,
)
"""States that occupy a lane (one entity in one flow): at most one action of a lane is in one of them."""

OVER = (ActionState.CONFIRMED, ActionState.SUPERSEDED, ActionState.CANCELLED)
"""States in which nothing is left to do."""

REPLACEABLE = (ActionState.READY, ActionState.WAITING, ActionState.HELD)
"""States of an action of which nothing has left the house: a newer decision supersedes it."""


class AttemptState(Word):
    """States of one attempt to write. The legal moves are `syncengine.model.attempt.MOVES`."""

    PREPARED = "prepared"
    SENT = "sent"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    THROTTLED = "throttled"
    UNKNOWN = "unknown"
    PROBING = "probing"
    PARKED = "parked"
    ABSENT = "absent"  # a probe proved that it never took effect; the next attempt carries the same bytes
    OVERTAKEN = "overtaken"  # the record has moved on in the target; what stands there is judged anew


class OutcomeKind(Word):
    """What a writer reports of one attempt."""

    CONFIRMED = "confirmed"
    REJECTED = "rejected"  # a definite no: the target has decided, and a repeat would fail again
    THROTTLED = "throttled"  # refused before it was executed
    UNKNOWN = "unknown"  # it may have taken effect
    NOT_SENT = "not_sent"  # no byte reached the transport
    MOVED = "moved"  # the target no longer holds the before-image; nothing was written


class ProbeResult(Word):
    """What a read after an unknown outcome found."""

    APPLIED = "applied"
    ABSENT = "absent"
    DIFFERENT = "different"  # the record is there and holds neither the before-image nor our write
    SEVERAL = "several"
    FAILED = "failed"


class Phase(Word):
    """Ordered: a later phase permits more."""

    OBSERVE = "observe"
    CONTROLLED = "controlled"
    AUTOMATED = "automated"

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS = {phase: rank for rank, phase in enumerate(Phase)}


class Environment(Word):
    PRODUCTION = "production"
    STAGING = "staging"
    SANDBOX = "sandbox"
    LOCAL = "local"


class IfEdited(Word):
    """What a change of an owned field by a non-owner leads to (A11)."""

    REPORT = "report"
    RESTORE = "restore"
    REVIEW = "review"


class Consequence(Word):
    """What a write of a flow means beyond its value. Incidents and freezes go by these classes."""

    ESSENTIAL = "essential"
    CONTACTS_CUSTOMER = "contacts_customer"
    MOVES_MONEY = "moves_money"


class FieldType(Word):
    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    MONEY = "money"
    COUNTRY = "country"
    CURRENCY = "currency"
    LANGUAGE = "language"
    EMAIL = "email"
    PHONE = "phone"
    WEB_DOMAIN = "web_domain"
    VAT_NUMBER = "vat_number"
    PERSON_NAME = "person_name"
    ADDRESS = "address"
    VERIFICATION = "verification"
    ONE_OF = "one_of"
    REF = "ref"


class HoldField(Word):
    """The built-in fields that show why a gate stops something of a record, or something about it."""

    OPEN = "hold.open"
    REASON = "hold.reason"
    SINCE = "hold.since"
    NEXT_ACTION = "hold.next_action"
    GATE = "hold.gate"


HELD_ON = "held for another reason"
"""How a hold ends that gives way to another one: nothing was let through."""

ID_IN = "id_in."
"""Before the name of a flow: the built-in field that is the record's id there."""


class VerificationStatus(Word):
    """Normal form of every KYC, KYB, AML, VAT and bank-account status. Only VERIFIED passes a gate by itself."""

    NOT_STARTED = "not_started"
    INPUT_REQUIRED = "input_required"
    PENDING = "pending"
    IN_REVIEW = "in_review"
    VERIFIED = "verified"
    VERIFIED_RESTRICTED = "verified_restricted"
    REJECTED = "rejected"
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNAVAILABLE = "unavailable"
    NOT_APPLICABLE = "not_applicable"


class DeliveryClass(Word):
    """How a target operation can be made to take effect once (see the connector's capability)."""

    A = "a"  # native idempotency key
    B = "b"  # upsert by a unique external id
    C = "c"  # conditional write
    D = "d"  # create and search
    E = "e"  # nothing


class EntryKind(Word):
    """Kinds of audit entries. One entry is one change of state, but for the ones marked as per batch."""

    SESSION_OPENED = "session.opened"
    SESSION_CLOSED = "session.closed"
    ACCEPTED = "intake.accepted"  # per batch of deliveries
    DECIDED = "inputs.decided"  # per batch: inputs that changed no action, hold or link, with the tally of the batch
    LINKED = "link.made"
    ACTION = "action.moved"
    ATTEMPT = "attempt.moved"
    HOLD = "hold.moved"
    SWITCHED = "switch.moved"
    REVIEWED = "review.opened"
    ERASED = "payload.erased"
    LEGAL_HOLD = "legal-hold.moved"
    PAYLOADS = "payloads.stored"  # per transaction: the root over the commitments of all payloads it stored
    WRITTEN = "rows.written"  # per transaction: its turn, and the seals of the rows it wrote
    CHECKPOINT = "strands.folded"


class Health(Word):
    """What an examination finds. Only what has failed is a failure of the whole."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


class Severity(Word):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


SENSITIVITY_CLASSES = ("public", "internal", "financial", "pii", "account_number", "restricted")
"""From least to most sensitive; a map may name its own."""


class Mask(Word):
    """How a view shows the values of a class. What a view does not name is withheld."""

    CLEAR = "clear"
    MASKED = "masked"  # a hint of a text, nothing of anything else
    HASHED = "hashed"  # equal values look equal within one ledger
    LAST4 = "last4"
    FIRST6_LAST4 = "first6_last4"
    WITHHELD = "withheld"


class NewsType(Word):
    """What a log tells of, one line each. What only waits for something else goes on by itself, and is no news."""

    CONFIRMED = "action.confirmed"
    CANCELLED = "action.cancelled"
    THROTTLED = "action.throttled"
    UNKNOWN = "action.unknown"
    PARKED = "action.parked"
    DEAD_LETTERED = "action.dead_lettered"
    HELD = "hold.opened"
    REVIEW = "review.opened"
    INPUT_FAILED = "input.failed"
    READING_FAILED = "reading.failed"
    REFUSED = "delivery.refused"
    COLLIDED = "delivery.collided"
    AWAY = "system.away"
