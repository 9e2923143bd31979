"""The `Stripe-Signature` header: `t=UNIX,v1=HEX[,v1=HEX]`, HMAC-SHA256 over `t.body` under the whole secret as text."""

import hmac
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from syncengine.errors import UserError
from syncengine.vocabulary import Signature

HEADER: Final = "stripe-signature"
PAST: Final = timedelta(seconds=300)
FUTURE: Final = timedelta(seconds=60)
SHORTEST_SECRET: Final = 16
_UNIX = re.compile(r"[0-9]{1,12}", re.ASCII)


def sign(secret: str, moment: int, body: bytes) -> str:
    """The hexadecimal signature of a body that is sent at a unix time."""
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, "sha256").hexdigest()


def verify(header: str, body: bytes, secrets: Sequence[str], now: datetime | None) -> Signature:
    """VERIFIED when any signature of the header fits any secret, and `now` (if given) its time; FORGED otherwise.

    Every pair is compared, each in constant time, so that nothing can be learnt from how long it takes.
    """
    moment, signatures = _read(header)
    if moment is None or (now is not None and not _timely(moment, now)):
        return Signature.FORGED
    fits = False
    for secret in secrets:
        expected = sign(secret, moment, body).encode()
        for signature in signatures:
            fits |= hmac.compare_digest(expected, signature)
    return Signature.VERIFIED if fits else Signature.FORGED


def check_secret(setting: str, secret: str, system: str) -> str:
    """The secret, or UserError: with an empty or short one, anybody could sign."""
    if len(secret.encode()) < SHORTEST_SECRET:
        raise UserError(
            f"system {system}: {setting} has fewer than {SHORTEST_SECRET} bytes",
            remedy=f"put the endpoint's signing secret (whsec_…) where {setting} points to, or leave {setting} out",
        )
    return secret


def _read(header: str) -> tuple[int | None, list[bytes]]:
    """The time (None unless there is exactly one) and every v1 signature; other schemes are none of our business."""
    pairs = [part.strip().partition("=") for part in header.split(",")]
    moments = [value for name, _, value in pairs if name == "t"]
    signatures = [value.encode() for name, _, value in pairs if name == "v1"]
    if len(moments) != 1 or not _UNIX.fullmatch(moments[0]):
        return None, signatures
    return int(moments[0]), signatures


def _timely(moment: int, now: datetime) -> bool:
    age = now.timestamp() - moment
    return -FUTURE.total_seconds() <= age <= PAST.total_seconds()
