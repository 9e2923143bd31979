"""What an editor sees: a program that is not ours, given a file and a schema and nothing else, finds the mistake."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from syncengine.spec.schema import KINDS, file_name
from tests.specs.documents import ROOT
from tests.specs.maps import GOOD

FILES: Final = {
    "project": GOOD["project.yaml"],
    "people": GOOD["people.yaml"],
    "systems": GOOD["systems.yaml"],
    "environment": GOOD["environments/local.yaml"],
    "words": GOOD["words.yaml"],
    "sensitivity": "classes: [public, internal, pii]\nviews:\n  logs: {public: clear, pii: masked}\n",
    "object": GOOD["objects/invoice.yaml"],
    "authority": GOOD["authority.yaml"],
    "gates": GOOD["gates.yaml"],
}
# fmt: off
MISTAKES: Final = {
    # kind: (what is wrong, what stands there, what is written instead, where it is found)
    "project": [
        ("misspelt", "time_zone:", "timezone:", "$"),
        ("type", "name: northwind", "name: 12", "$.name"),
        ("missing", "name: northwind\n", "", "$"),
        ("misspelt below", "first_wait", "frist_wait", "$.deliveries"),
    ],
    "people": [
        ("misspelt", "finance_roles", "finance_rolls", "$"),
        ("type", "[officer]", "officer", "$.approvals.release-hold.roles"),
        ("missing", "roles: [officer]", "people: 2", "$.approvals.release-hold"),
        ("misspelt below", "reporting:", "reports:", "$.answers_for"),
    ],
    "systems": [
        ("misspelt", "cleared_for: [public, internal, financial, pii]}\ncrm", "cleared: [public]}\ncrm", "$.billing"),
        ("type", "kind: crm", "kind: [crm]", "$.crm.kind"),
        ("missing", "owner: revops, ", "", "$.crm"),
        ("unknown word", "kind: crm", "kind: cmr", "$.crm.kind"),
    ],
    "environment": [
        ("misspelt", "starts_at: ceiling", "start_at: ceiling", "$.start_at"),
        ("type", "billing: {environment: local,", "billing: {environment: 1,", "$.billing.environment"),
        ("of another file", "environment: local, url", "owner: revops, url", "$.crm"),
    ],
    "words": [
        ("a name", "invoice_status", "Invoice Status", "$"),
        ("type", "open: Open", "open: {a: b}", "$.invoice_status.open"),
    ],
    "sensitivity": [
        ("misspelt", "views:", "view:", "$"),
        ("type", "classes: [public, internal, pii]", "classes: public", "$.classes"),
        ("unknown word", "pii: masked", "pii: mask", "$.views.logs.pii"),
    ],
    "object": [
        ("misspelt", "kind: financial", "kidn: financial", "$"),
        ("misspelt in a field", "optional: true, owner", "optinal: true, owner", "$.fields.note"),
        ("misspelt in a flow", "purpose:", "purposes:", "$.flows.crm"),
        ("misspelt in a spelling", "words: invoice_status", "word: invoice_status", "$.flows.crm.fields.status"),
        ("misspelt in a contract", "incident: 10m", "incidents: 10m", "$.flows.billing.fresh"),
        ("misspelt in a schedule", "{cron:", "{corn:", "$.flows.crm.sync"),
        ("type", "{type: money}", "money", "$.fields.total"),
        ("type of a flag", "text, optional: true", "text, optional: 1", "$.fields.note.optional"),
        ("unknown word", "{type: money}", "{type: mony}", "$.fields.total.type"),
        ("two types", "{type: money}", "{type: money, ref: account}", "$.fields.total"),
        ("missing", "system_of_record: billing\n", "", "$"),
        ("missing in a flow", "    record: invoices\n    purpose", "    purpose", "$.flows.crm"),
        ("a duration", "expected: 30s", "expected: 30 s", "$.flows.billing.fresh.expected"),
    ],
    "authority": [
        ("misspelt", "approved_by: [cfo]", "aproved_by: [cfo]", "$.payout-release"),
        ("misspelt in a grant", "object: account, in:", "object: account, at:", "$.crm-view.grants[0]"),
        ("type", "fields: [name, email]", "fields: name", "$.crm-view.grants[0].fields"),
        ("missing", "object: payout, in: billing, ", "in: billing, ", "$.payout-release.grants[0]"),
        ("a wildcard", "fields: [name, email]", "fields: ['*']", "$.crm-view.grants[0].fields[0]"),
        ("everything", "object: account", "object: all", "$.crm-view.grants[0].object"),
    ],
    "gates": [
        ("misspelt", "about: payee", "abuot: payee", "$.payout-release"),
        ("misspelt in a need", "max_age: 90d", "maxage: 90d", "$.payout-release.needs.kyc"),
        ("type", "stops: {may: [create], object: payout, in: billing}", "stops: payout", "$.payout-release.stops"),
        ("missing", ", next: Ask the payee for a document.", "", "$.payout-release.needs.kyc"),
    ],
}
# fmt: on


def judged(kind: str, files: list[Path]) -> dict[str, set[str]]:
    """Where check-jsonschema finds something, by file."""
    command = [sys.executable, "-m", "check_jsonschema", "-o", "json", "-v", "--schemafile"]
    words = [*command, f"schemas/{file_name(kind)}", *map(str, files)]
    found = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    report = json.loads(found.stdout)
    assert (found.returncode == 0) == (report["status"] == "ok")
    assert not report.get("parse_errors")
    paths: dict[str, set[str]] = {}
    for error in report.get("errors", ()):
        path = re.sub(r"\['([^']*)'\]", r".\1", error["path"])
        paths.setdefault(Path(error["filename"]).name, set()).add(path)
    return paths


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_alone_finds_a_mistake_and_its_place(kind: str, tmp_path: Path) -> None:
    good = tmp_path / "good.yaml"
    good.write_text(FILES[kind])
    files, expected = [good], {}
    for what, old, new, place in MISTAKES[kind]:
        assert FILES[kind].count(old) == 1, old
        file = tmp_path / f"{what}.yaml"
        file.write_text(FILES[kind].replace(old, new))
        files.append(file)
        expected[file.name] = {place}
    assert judged(kind, files) == expected


def test_the_quickstart_is_good_in_an_editor() -> None:
    maps = ROOT / "examples/quickstart/mappings"
    assert judged("object", sorted((maps / "objects").iterdir())) == {}
