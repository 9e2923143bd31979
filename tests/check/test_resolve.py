"""The resolved map: every name led home, every default filled in."""

from pathlib import Path

import pytest

from syncengine import canonical
from syncengine.check.checked import Checked
from syncengine.check.run import check_map
from syncengine.spec.loader import load_map
from syncengine.vocabulary import Consequence, FieldType, IfEdited, Phase, VerificationStatus
from tests.specs.maps import DESCRIPTIONS, GOOD, edited, write_map


def checked(folder: Path, files: dict[str, str] | None = None, environment: str | None = None) -> Checked:
    spec, findings = load_map(write_map(folder, files or {}), environment)
    assert spec is not None, findings
    result, more = check_map(spec, DESCRIPTIONS, environment)
    assert result is not None, more
    return result


@pytest.fixture(name="good", scope="module")
def _good(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    return checked(tmp_path_factory.mktemp("map"))


def test_flows_stand_in_the_order_of_the_map(good: Checked) -> None:
    assert list(good.flows) == [
        "account.billing",
        "account.crm",
        "invoice.billing",
        "invoice.crm",
        "payout.crm",
        "payout.billing",
    ]
    assert list(good.objects["invoice"].flows) == ["billing", "crm"]


def test_what_a_flow_reads_and_shows_follows_from_owners(good: Checked) -> None:
    crm = good.flows["invoice.crm"]
    assert [s.field.name for s in crm.reads] == ["note"]
    assert [s.field.name for s in crm.shows] == ["account", "status", "total", "due_at"]
    billing = good.flows["invoice.billing"]
    assert [s.field.name for s in billing.reads] == ["account", "status", "total", "due_at"]
    assert (billing.born, crm.born) == (True, False)
    assert good.objects["payout"].born_in == ("payout.crm",)


def test_a_field_knows_its_owner_class_and_reader(good: Checked) -> None:
    note = good.objects["invoice"].fields["note"]
    assert (note.owner, note.flow, note.klass, note.optional) == ("crm", "invoice.crm", "financial", True)
    fields = good.objects["account"].fields
    assert {name: field.klass for name, field in fields.items()} == {
        "name": "pii",
        "email": "pii",
        "legal_form": "internal",
        "kyc": "internal",
    }
    status = good.objects["invoice"].fields["status"]
    assert (status.type, status.words) == (FieldType.ONE_OF, ("draft", "open", "paid"))
    assert dict(status.moves) == {"draft": ("open",), "open": ("paid",)}
    assert good.objects["invoice"].fields["account"].klass == "internal", "a ref shows no value"
    assert status.if_edited is IfEdited.REPORT


def test_a_spelling_has_its_defaults(good: Checked) -> None:
    shown = {s.field.name: s for s in good.flows["invoice.crm"].shows}
    assert shown["status"].table == {"draft": ("Draft",), "open": ("Open",), "paid": ("Paid",)}
    assert (shown["total"].unit, shown["due_at"].unit) == ("minor", "")
    assert (shown["due_at"].zone, shown["total"].zone) == ("Europe/Berlin", "")
    assert (shown["account"].ref_flow, shown["status"].ref_flow) == ("account.crm", "")
    read = {s.field.name: s for s in good.flows["invoice.billing"].reads}
    assert read["total"].unit == "minor", "as the connector declares"
    assert read["account"].ref_flow == "account.billing"
    assert read["status"].table is None


def test_a_grant_and_its_gates_are_on_the_flow(good: Checked) -> None:
    grant = good.flows["invoice.crm"].grant
    assert grant is not None
    assert (grant.write_set, grant.ceiling) == ("crm-view", Phase.CONTROLLED)
    assert (grant.may_create, grant.may_update) == (True, True)
    assert grant.fields == ("account", "status", "total", "due_at")
    assert good.flows["invoice.billing"].grant is None
    payout = good.flows["payout.billing"]
    assert [gate.name for gate in payout.gates] == ["payout-release"]
    gate = payout.gates[0]
    assert (gate.about, gate.about_object, gate.owner) == ("payee", "account", "compliance")
    need = gate.needs[0]
    assert need.passes == (VerificationStatus.VERIFIED, VerificationStatus.NOT_APPLICABLE)
    assert need.when is not None
    assert need.when.text == "legal_form == 'individual'"
    assert need.max_age is not None
    assert need.max_age.days == 90
    assert good.flows["account.crm"].gates == ()


def test_a_gate_about_the_stopped_record_itself(tmp_path: Path) -> None:
    gates = GOOD["gates.yaml"].replace("object: payout, in: billing", "object: account, in: crm")
    gates = gates.replace("payee\n", "self\n")
    gates = gates.replace(" or: not_applicable,", "").replace("payout-release:", "account-view:")
    gate = checked(tmp_path, {"gates.yaml": GOOD["gates.yaml"] + gates}).gates["account-view"]
    assert (gate.about, gate.about_object) == ("", "account")
    assert gate.needs[0].passes == (VerificationStatus.VERIFIED,)


def test_only_is_about_creation_with_a_grant_and_about_reading_without(tmp_path: Path) -> None:
    old = "    record: customers\n"
    files = edited("objects/account.yaml", old, f"{old}    only: theirs.livemode\n")
    flows = checked(tmp_path, files).flows
    assert (flows["account.billing"].only_read is None, flows["account.billing"].only_create) == (False, None)
    assert (flows["invoice.crm"].only_create is None, flows["invoice.crm"].only_read) == (False, None)


def test_a_scanned_flow_has_its_schedule_and_zone(good: Checked) -> None:
    crm = good.flows["invoice.crm"]
    assert (crm.cron, crm.zone, crm.version) == ("*/30 * * * *", "Europe/Berlin", "changed_at")
    billing = good.flows["invoice.billing"]
    assert (billing.cron, billing.zone, billing.version) == ("", "", "")


def test_the_environment_that_was_asked_for_is_carried(tmp_path: Path) -> None:
    carried = checked(tmp_path, environment="local").environment
    assert carried is not None
    assert carried.starts_at == "ceiling"
    assert checked(tmp_path).environment is None


def test_the_meaning_survives_comments_layout_and_order_of_keys(tmp_path: Path, good: Checked) -> None:
    words = "# a comment\ninvoice_status:\n  paid: Paid\n  open: 'Open'\n  draft: Draft\n"
    project = 'time_zone: "Europe/Berlin"\nname: northwind\nlanguage: 1\n'
    same = checked(tmp_path, {"words.yaml": words, "project.yaml": project})
    assert canonical.encode(same.meaning) == canonical.encode(good.meaning), "30s and 15m are the defaults"


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("project.yaml", "Europe/Berlin", "UTC"),
        ("project.yaml", "first_wait: 30s", "first_wait: 31s"),
        ("words.yaml", "paid: Paid", "paid: Settled"),
        ("objects/invoice.yaml", "note: note", "note: remark"),
        ("authority.yaml", "fields: [name, email]", "fields: [name]"),
        ("gates.yaml", "max_age: 90d", "max_age: 91d"),
        ("systems.yaml", "connector: tables, owner: revops", "connector: tables, owner: finance"),
    ],
)
def test_the_meaning_changes_with_every_file(file: str, old: str, new: str, tmp_path: Path, good: Checked) -> None:
    other = checked(tmp_path, edited(file, old, new))
    assert canonical.encode(other.meaning) != canonical.encode(good.meaning)


def test_where_systems_are_is_no_part_of_the_meaning(tmp_path: Path, good: Checked) -> None:
    other = checked(tmp_path, edited("environments/local.yaml", "env:CRM_URL", "env:OTHER"))
    assert canonical.encode(other.meaning) == canonical.encode(good.meaning)


def test_consequences_are_those_of_the_map_and_of_the_connector(tmp_path: Path) -> None:
    old = "    record: invoices\n    purpose"
    new = "    record: invoices\n    essential: true\n    contacts_customer: true\n    purpose"
    flows = checked(tmp_path, edited("objects/invoice.yaml", old, new)).flows
    assert flows["invoice.crm"].consequences == (Consequence.ESSENTIAL, Consequence.CONTACTS_CUSTOMER)
    assert flows["payout.billing"].consequences == (Consequence.MOVES_MONEY,), "the connector says so"
    assert flows["account.crm"].consequences == ()


def test_a_built_in_field_that_is_spelled_is_a_field_of_nobody(good: Checked) -> None:
    fields = good.objects["payout"].fields
    assert list(fields) == ["payee", "amount", "hold.open", "hold.reason", "hold.next_action"]
    hold = fields["hold.open"]
    assert (hold.type, hold.owner, hold.flow, hold.klass) == (FieldType.BOOLEAN, "", "", "internal")
    assert (hold.optional, hold.if_edited) == (True, IfEdited.REPORT)
    assert [s.field.name for s in good.flows["payout.crm"].shows] == ["hold.open", "hold.reason", "hold.next_action"]
    assert [s.field.name for s in good.flows["payout.crm"].reads] == ["payee", "amount"]


def test_a_built_in_field_is_edited_as_its_object_says(tmp_path: Path) -> None:
    found = checked(tmp_path, edited("objects/payout.yaml", "owner: finance\n", "owner: finance\nif_edited: restore\n"))
    assert found.objects["payout"].fields["hold.open"].if_edited is IfEdited.RESTORE
