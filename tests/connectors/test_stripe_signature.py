"""The signature of a delivery, with Stripe's own library as the judge on the other side."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import stripe as official
from hypothesis import given
from hypothesis import strategies as st

from syncengine.connectors import stripe
from syncengine.connectors.protocol import Intake
from syncengine.connectors.stripe.signature import sign, verify
from syncengine.errors import UserError
from syncengine.model.event import Delivery
from syncengine.vocabulary import Signature, Trust
from tests.connectors.rigs import setup

BODY = b'{"id":"evt_1","type":"invoice.paid"}'
SECRET = "whsec_test_secret"
MOMENT = 1700000000
VECTOR = "46dc069361a7691082640523fa33fe5d6c8c88d5f5e257cdf8cf11539d166595"
NOW = datetime.fromtimestamp(MOMENT, UTC)
bodies = st.text(st.characters(codec="utf-8"), max_size=200)
secrets = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=16, max_size=60)


def header(*signatures: str, moment: object = MOMENT) -> str:
    return ",".join([f"t={moment}", *(f"v1={s}" for s in signatures)])


def intake(folder: Path, **settings: str) -> Intake:
    found = stripe.open(setup(folder, settings)).intake
    assert found is not None
    return found


def delivery(signature: str | None, trust: Trust = Trust.CAPTURED, body: bytes = BODY) -> Delivery:
    headers = {} if signature is None else {"stripe-signature": signature}
    return Delivery(system="stripe", body=body, headers=headers, received_at=NOW, trust=trust)


def test_the_published_vector_verifies() -> None:
    assert sign(SECRET, MOMENT, BODY) == VECTOR
    assert verify(header(VECTOR), BODY, [SECRET], NOW) is Signature.VERIFIED


@given(bodies, secrets, st.integers(10**9, 10**10))
def test_what_we_sign_stripes_library_accepts(body: str, secret: str, moment: int) -> None:
    signed = header(sign(secret, moment, body.encode()), moment=moment)
    assert official.WebhookSignature.verify_header(body, signed, secret, tolerance=None)


@given(bodies, secrets, st.integers(10**9, 10**10))
def test_what_stripes_library_signs_we_accept(body: str, secret: str, moment: int) -> None:
    theirs = official.WebhookSignature._compute_signature(f"{moment}.{body}", secret)
    signed = header(theirs, moment=moment)
    assert verify(signed, body.encode(), [secret], datetime.fromtimestamp(moment, UTC)) is Signature.VERIFIED


def test_a_whole_event_that_we_sign_is_constructed_by_stripes_library() -> None:
    body = '{"id": "evt_1", "object": "event", "type": "invoice.paid", "data": {"object": {}}}'
    signed = header(sign(SECRET, MOMENT, body.encode()))
    event = official.Webhook.construct_event(body, signed, SECRET, tolerance=10**12)
    assert event.id == "evt_1"


@given(st.binary(min_size=1, max_size=60), st.integers(0, 10**6))
def test_one_changed_bit_is_a_forgery(body: bytes, place: int) -> None:
    altered = bytearray(body)
    altered[place % len(body)] ^= 1 << (place % 8)
    signed = header(sign(SECRET, MOMENT, body))
    assert verify(signed, body, [SECRET], None) is Signature.VERIFIED
    assert verify(signed, bytes(altered), [SECRET], None) is Signature.FORGED


@pytest.mark.parametrize(
    ("signed", "expected"),
    [
        (f"v1={VECTOR},t={MOMENT}", Signature.VERIFIED),
        (f"t={MOMENT}, v1={VECTOR}", Signature.VERIFIED),
        (header("0" * 64, VECTOR), Signature.VERIFIED),
        (header(VECTOR, "0" * 64), Signature.VERIFIED),
        (f"t={MOMENT},v0={'0' * 64},v1={VECTOR}", Signature.VERIFIED),
        (f"t={MOMENT},v0={VECTOR}", Signature.FORGED),
        (header(VECTOR.upper()), Signature.FORGED),
        (header(VECTOR[:-1]), Signature.FORGED),
        (header(VECTOR + "0"), Signature.FORGED),
        (header(VECTOR, moment=MOMENT + 1), Signature.FORGED),
        (f"t={MOMENT},t={MOMENT},v1={VECTOR}", Signature.FORGED),
        (f"v1={VECTOR}", Signature.FORGED),
        (f"t={MOMENT}", Signature.FORGED),
        (header("v\xe9"), Signature.FORGED),
        (header(VECTOR, moment="1.7e9"), Signature.FORGED),
        (header(VECTOR, moment="\u0661\u0667"), Signature.FORGED),
        ("", Signature.FORGED),
        (",,=,==", Signature.FORGED),
    ],
)
def test_the_header_is_read_byte_by_byte(signed: str, expected: Signature) -> None:
    assert verify(signed, BODY, [SECRET], None) is expected


@pytest.mark.parametrize(("age", "fresh"), [(0, True), (300, True), (301, False), (-60, True), (-61, False)])
def test_the_window_counts_only_when_a_moment_is_given(age: int, fresh: bool) -> None:
    now = datetime.fromtimestamp(MOMENT + age, UTC)
    assert verify(header(VECTOR), BODY, [SECRET], now) is (Signature.VERIFIED if fresh else Signature.FORGED)
    assert verify(header(VECTOR), BODY, [SECRET], None) is Signature.VERIFIED


def test_while_one_secret_replaces_the_other_both_count(tmp_path: Path) -> None:
    other = "whsec_another_secret"
    both = intake(tmp_path, webhook_secret=SECRET, webhook_secret_next=other)
    for secret in (SECRET, other):
        signed = header(sign(secret, MOMENT, BODY))
        assert both.authenticate(delivery(signed), NOW) is Signature.VERIFIED
    assert both.authenticate(delivery(header(sign("whsec_of_nobody_at_all", MOMENT, BODY))), NOW) is Signature.FORGED


def test_without_a_secret_everything_is_unsigned(tmp_path: Path) -> None:
    assert intake(tmp_path).authenticate(delivery(header(VECTOR)), None) is Signature.UNSIGNED


def test_only_a_captured_delivery_may_come_without_its_header(tmp_path: Path) -> None:
    signed = intake(tmp_path, webhook_secret=SECRET)
    assert signed.authenticate(delivery(None), None) is Signature.UNSIGNED
    assert signed.authenticate(delivery(None, Trust.READ), None) is Signature.FORGED
    assert signed.authenticate(delivery(""), None) is Signature.FORGED


@pytest.mark.parametrize("secret", ["", "short", "fifteen_bytes__"])
@pytest.mark.parametrize("setting", ["webhook_secret", "webhook_secret_next"])
def test_a_secret_that_protects_nothing_is_refused(tmp_path: Path, setting: str, secret: str) -> None:
    with pytest.raises(UserError, match=f"{setting} has fewer than 16 bytes") as caught:
        intake(tmp_path, **{setting: secret})
    assert not secret or secret not in str(caught.value)
