"""Stripe: signed deliveries, and records read back from its API or from a folder of snapshots."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from syncengine.connectors.protocol import Adapter, Reading, Setup
from syncengine.connectors.stripe import parse, signature
from syncengine.connectors.stripe.readings import READINGS as SHIPPED
from syncengine.connectors.stripe.records import RECORDS
from syncengine.errors import UserError
from syncengine.model.capability import Description, Operation
from syncengine.model.event import Delivery, Envelope, Snapshot
from syncengine.model.value import Json
from syncengine.vocabulary import Signature, Trust

ADDRESS: Final = "https://api.stripe.com"
READINGS: Mapping[tuple[str, str], Reading] = SHIPPED
DESCRIPTION: Description = Description(
    connector="stripe",
    kinds=("billing",),
    records=RECORDS,
    operations={"read": Operation(known_by="claimed", note="GET by id; missing records answer 404")},
    settings={
        "address": f"base address of the API, {ADDRESS} unless given",
        "drop_folder": "folder of captured deliveries, JSON lines",
        "secret_key": "API key that may read; without it and snapshots, nothing can be read back",
        "snapshots": "folder of records to read instead of the API: RECORD/ID.json or RECORD.jsonl",
        "webhook_secret": "signing secret of the endpoint; without it deliveries count as unsigned",
        "webhook_secret_next": "the second signing secret while one is replaced by the other",
    },
    secret_settings=("secret_key", "webhook_secret", "webhook_secret_next"),
    money="minor",
    decimals={"ISK": 2, "MGA": 0, "UGX": 2},
    time="unix",
    resolution=timedelta(seconds=1),
    signs=True,
    version="2026-10-28.endive",
)


class StripeIntake:
    """Deliveries to a webhook endpoint, live or captured."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        self._secrets = secrets

    def authenticate(self, delivery: Delivery, now: datetime | None) -> Signature:
        """Captured deliveries may have lost their headers; what comes in by itself may not."""
        header = delivery.headers.get(signature.HEADER)
        if not self._secrets or (header is None and delivery.trust is Trust.CAPTURED):
            return Signature.UNSIGNED
        return signature.verify(header or "", delivery.body, self._secrets, now)

    def envelope(self, content: Mapping[str, Json]) -> Envelope:
        return parse.envelope(content)

    def parse(self, content: Mapping[str, Json]) -> Snapshot | None:
        return parse.parse(content)


def open(setup: Setup) -> Adapter:  # noqa: A001
    """Raises UserError for a secret that protects nothing, and for two places to read from."""
    settings = setup.settings
    secrets = tuple(
        signature.check_secret(name, settings[name], setup.system)
        for name in ("webhook_secret", "webhook_secret_next")
        if name in settings
    )
    if "secret_key" in settings and "snapshots" in settings:
        raise UserError(
            f"system {setup.system}: secret_key and snapshots are both set, and only one can be read from",
            remedy="leave one of them out of the environment file",
        )
    intake = StripeIntake(secrets)
    if "snapshots" in settings:
        return _with_folder(setup, intake)
    if "secret_key" in settings:
        return _with_api(setup, intake)
    return Adapter(description=DESCRIPTION, intake=intake)


def _with_folder(setup: Setup, intake: StripeIntake) -> Adapter:
    from syncengine.connectors.folder import FolderExaminer
    from syncengine.connectors.snapshots import SnapshotFolder

    folder = setup.folder / setup.settings["snapshots"]
    reader = SnapshotFolder(folder, parse.snapshot, setup.clock)
    return Adapter(description=DESCRIPTION, intake=intake, reader=reader, examiner=FolderExaminer(folder))


def _with_api(setup: Setup, intake: StripeIntake) -> Adapter:
    from syncengine.connectors.http import Transport
    from syncengine.connectors.stripe.examine import StripeExaminer
    from syncengine.connectors.stripe.read import StripeReader

    key = setup.settings["secret_key"]
    if not key:
        raise UserError(f"system {setup.system}: secret_key is empty", remedy="put an API key where it points to")
    headers = {"authorization": f"Bearer {key}", "stripe-version": setup.version or DESCRIPTION.version}
    transport = Transport(
        address=setup.settings.get("address", ADDRESS),
        environment=setup.environment,
        clock=setup.clock,
        headers=headers,
        secrets=(key,),
    )
    reader = StripeReader(transport, setup.clock)
    examiner = StripeExaminer(transport)
    return Adapter(
        description=DESCRIPTION, intake=intake, reader=reader, examiner=examiner, close=transport.close
    )  # fmt: skip
