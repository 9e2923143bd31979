"""A folder to a map, with every mistake of every file at once, each at its key or value."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from syncengine.errors import Place
from syncengine.model.finding import Finding
from syncengine.spec.loader import load_environment, load_map
from syncengine.spec.text import MAX_BYTES
from syncengine.vocabulary import Environment, FieldType
from tests.specs.maps import GOOD, edited, write_map


def found(folder: Path, findings: list[Finding]) -> list[tuple[str, str, str]]:
    """Place in the map, rule and path of each finding."""
    return [(str(f.place).removeprefix(f"{folder.as_posix()}/"), f.rule, f.path) for f in findings]


def test_the_good_map_has_no_finding(tmp_path: Path) -> None:
    spec, findings = load_map(write_map(tmp_path, {}))
    assert findings == []
    assert spec is not None
    assert list(spec.objects) == ["account", "invoice", "payout"]
    invoice = spec.objects["invoice"]
    assert invoice.fields["account"].field_type is FieldType.REF
    assert invoice.fields["status"].moves == {"draft": ("open",), "open": ("paid",)}
    assert invoice.owner_of("note") == "crm"
    assert invoice.birth_flows == ("billing",)
    assert spec.project.deliveries.longest_wait == timedelta(minutes=15)
    assert spec.environments["local"].systems["crm"].settings == {"url": "env:CRM_URL"}
    assert spec.environments["local"].systems["crm"].environment is Environment.LOCAL


def test_a_place_can_be_asked_for_everything(tmp_path: Path) -> None:
    spec, _ = load_map(write_map(tmp_path, {}))
    assert spec is not None
    file = "objects/invoice.yaml"
    path = (tmp_path / file).as_posix()
    assert spec.key_place(file, ("fields", "total")) == Place(path, 12, 3)
    assert spec.place(file, ("fields", "total", "type")) == Place(path, 12, 17)
    assert spec.inside(file, ("flows", "crm", "only"), 10) == Place(path, 28, 22)
    assert spec.place(file, ("fields", "total", "nothing")) == Place(path, 12, 10)
    assert spec.place("words.yaml") == Place((tmp_path / "words.yaml").as_posix(), 1, 1)
    assert spec.place("nowhere.yaml", ("a",)) == Place((tmp_path / "nowhere.yaml").as_posix())


INVOICE = "objects/invoice.yaml"
PAYOUT_SET = "ceiling: controlled\n  grants:\n    - {may: [create]"
CRM = "crm: {kind: crm, connector: tables, owner: revops, cleared_for: [public"
LOCAL = "environments/local.yaml"
VALUE, TYPE, UNBUILT, WILDCARD = "language/value", "language/type", "language/not-built", "authority/wildcard"
# fmt: off
MISTAKES = [
    # file, what stands there, what is written instead, where the finding points, rule, path, remedy
    (INVOICE, "kind: fin", "kidn: fin", "kidn", "language/unknown-key", "kidn", "Did you mean kind?"),
    (INVOICE, "kind: financial", "kind: finacial", "finacial", VALUE, "kind", "Did you mean financial?"),
    (INVOICE, "{type: money}", "{type: mony}", "mony", VALUE, "fields.total.type", "Did you mean money?"),
    (INVOICE, "{type: money}", "{}", "{}", VALUE, "fields.total", "`type`"),
    (INVOICE, "{type: money}", "{type: money, ref: a}", "ref: a", VALUE, "fields.total.ref", "`ref`"),
    (INVOICE, "{type: money}", "{type: money, conflict: x}", "conflict", UNBUILT, "total.conflict", "Remove"),
    (INVOICE, "{type: money}", "{type: money, optional: 1}", "1}", TYPE, "fields.total.optional", "true"),
    (INVOICE, "{type: money}", "money", "money", TYPE, "fields.total", "mapping"),
    (INVOICE, "  total: {type", "  Total: {type", "Total", VALUE, "fields.Total", "letter first"),
    (INVOICE, "  total: {type", "  has: {type", "has: {", "language/reserved", "fields.has", "another name"),
    (INVOICE, "open: [paid]}", "open: [payd]}", "moves", VALUE, "fields.status.moves", "Correct"),
    (INVOICE, "[draft, open, paid]", "[open, open]", "one_of", VALUE, "fields.status.one_of", "Remove"),
    (INVOICE, "owner: finance\n", "", "object: ", "language/missing-key", "owner", "Add `owner`: The team"),
    (INVOICE, "owner: finance\n", "owner:\n", "owner:\n", "yaml/empty-value", "owner", "Give it one"),
    (INVOICE, "owner: finance\n", "owner: no\n", "no\n", "yaml/reads-differently", "owner", 'Quote it: "no".'),
    (INVOICE, "owner: finance\n", "owner: 12\n", "12\n", TYPE, "owner", 'Quote it: "12".'),
    (INVOICE, "object: invoice", "object: bill", "bill", "object/file-name", "", "bill.yaml"),
    (INVOICE, "expected: 30s", "expected: 30", "30,", VALUE, "flows.billing.fresh.expected", "30s"),
    (INVOICE, "expected: 30s", "expected: 10m", "incident", VALUE, "billing.fresh.incident", "longer"),
    (INVOICE, '"*/30 * * * *"', '"*/30 * * * * *"', '"*/30', VALUE, "flows.crm.sync.cron", "five"),
    (INVOICE, '"*/30 * * * *"', '"61 * * * *"', '"61', VALUE, "flows.crm.sync.cron", "five"),
    (INVOICE, '{cron: "*/30 * * * *"}', "hourly", "hourly", VALUE, "flows.crm.sync", "realtime"),
    (INVOICE, '{cron: "*/30 * * * *"}', "{each_run: true}", "each_run", VALUE, "crm.sync.each_run", "sync: each_run"),
    (INVOICE, '{cron: "*/30 * * * *"}', "{zone: UTC}", "{zone", VALUE, "flows.crm.sync", "cron"),
    (INVOICE, "as: date", "as: day", "day}", VALUE, "flows.crm.fields.due_at.as", "Choose"),
    (INVOICE, "{at: due_on, as: date}", "{as: date}", "{as", VALUE, "flows.crm.fields.due_at", "`at`"),
    (INVOICE, "as: date}", "zone: UTC}", "zone", VALUE, "flows.crm.fields.due_at.zone", "as: date"),
    (INVOICE, "as: date}", "from: x}", "{at: due_on", VALUE, "flows.crm.fields.due_at", "`from`"),
    (INVOICE, "{at: due_on, as: date}", "{to: due_at}", "to: due_at", VALUE, "crm.fields.due_at.to", "{at: PLACE"),
    (INVOICE, "{at: due_on, as: date}", "{from: x, as: date}", "as: date", VALUE, "crm.fields.due_at.as", "Remove"),
    (INVOICE, "{at: due_on, as: date}", "{from: x, to: z}", "to: z", VALUE, "crm.fields.due_at.to", "Remove"),
    (INVOICE, "as: date}", "as: date, to: x}", "as: date", VALUE, "crm.fields.due_at.as", "Remove"),
    (INVOICE, "{at: due_on, as: date}", "{reading: x, only_if_empty: true}", "only_if_empty", VALUE,
     "crm.fields.due_at.only_if_empty", "Remove"),
    (INVOICE, "as: date}", "only_if_empty: sometimes}", "sometimes", TYPE, "due_at.only_if_empty", "true or false"),
    (INVOICE, "as: date}", 'to: " "}', '" "', VALUE, "crm.fields.due_at.to", ""),
    (INVOICE, "{at: due_on, as: date}", "{street: a, only_if_empty: true, at: b}", "street", "language/unknown-key",
     "crm.fields.due_at.street", ""),
    (INVOICE, "{at: due_on, as: date}", "{parts: {}}", "parts", VALUE, "crm.fields.due_at.parts", "side"),
    (INVOICE, "words: invoice_status", "words: {open: {a: b}}", "{a: b}", VALUE, "words.open", "Quote"),
    (INVOICE, "    purpose:", "    each: lines\n    purpose:", "each", UNBUILT, "flows.crm.each", "Remove"),
    ("project.yaml", "language: 1", "language: 2", "2\n", "language/version", "language", "Write `language: 1`"),
    ("project.yaml", "language: 1", 'language: "1"', '"1"', VALUE, "language", "Choose"),
    ("project.yaml", "Europe/Berlin", "Europe/Berln", "Europe", VALUE, "time_zone", "Europe/Berlin"),
    ("project.yaml", "longest_wait: 15m", "longest_wait: 15s", "longest", VALUE, "longest_wait", "longer"),
    ("project.yaml", "longest_wait: 15m", "redrive: x", "redrive", UNBUILT, "deliveries.redrive", "Remove"),
    ("people.yaml", "[officer]}", "[officer], people: 1}", "people", "approval/one-person", "hold.people", "because"),
    ("people.yaml", "[officer]}", "[]}", "[]", VALUE, "approvals.release-hold.roles", "Correct"),
    ("people.yaml", "{finance: finance@northwind.example,", "{finance: [a],", "[a]", TYPE, "teams.finance", ""),
    ("systems.yaml", "kind: crm", "kind: cmr", "cmr", VALUE, "crm.kind", "Did you mean crm?"),
    ("systems.yaml", "connector: tables", "connector: tables, at_most: 5/h", "at_most", UNBUILT, "at_most", ""),
    ("systems.yaml", CRM, CRM.replace("[public", "[all"), "[all", WILDCARD, "crm.cleared_for", "Name each"),
    ("authority.yaml", "[name, email]", "[]", "[]", WILDCARD, "crm-view.grants.0.fields", "Name each"),
    ("authority.yaml", "[name, email]", "'*'", "'*'", WILDCARD, "crm-view.grants.0.fields", "Name each"),
    ("authority.yaml", "object: account", "object: all", "all", WILDCARD, "grants.0.object", "Name each"),
    ("authority.yaml", "update], object: account", "delete], object: account", "delete", UNBUILT, "may.1", ""),
    ("authority.yaml", PAYOUT_SET, PAYOUT_SET.replace("controlled", "automated"), "automated", UNBUILT,
     "payout-release.ceiling", "Remove"),
    ("gates.yaml", "max_age: 90d", "max_age: 0d", "0d", VALUE, "payout-release.needs.kyc.max_age", "90d"),
    ("gates.yaml", "  about: payee\n", "  about: payee\n  cleared_by: x\n", "cleared_by", UNBUILT,
     "payout-release.cleared_by", "Remove"),
    ("words.yaml", "open: Open", "open: 1", "1,", VALUE, "invoice_status.open", "Quote"),
    (LOCAL, "environment: local, secret_key", "environment: lokal, secret_key", "lokal", VALUE,
     "billing.environment", "Choose"),
    (LOCAL, "environment: local, secret_key", "owner: x, secret_key", "owner", "environment/authority",
     "billing.owner", "Move it"),
    (LOCAL, "environment: local, secret_key", "names: {a: b}, secret_key", "names", UNBUILT,
     "billing.names", "Remove"),
    (LOCAL, "environment: local, secret_key", "port: 5432, secret_key", "5432", TYPE, "billing.port",
     "Write text"),
    (LOCAL, "starts_at: ceiling", "starts_at: observe", "observe", VALUE, "starts_at", "Choose"),
]
# fmt: on


@pytest.mark.parametrize(("file", "old", "new", "points_at", "rule", "path", "remedy"), MISTAKES)
def test_a_mistake_is_one_finding_at_its_key_or_value(
    file: str, old: str, new: str, points_at: str, rule: str, path: str, remedy: str, tmp_path: Path
) -> None:
    files = edited(file, old, new)
    spec, findings = load_map(write_map(tmp_path, files))
    assert [finding.rule for finding in findings] == [rule], findings
    finding = findings[0]
    line = files[file].splitlines(keepends=True)[finding.place.line - 1]
    assert finding.place.file == (tmp_path / file).as_posix()
    assert line[finding.place.column - 1 :].startswith(points_at), finding
    assert finding.path.endswith(path)
    assert remedy in finding.remedy
    assert spec is None or rule.startswith("yaml/") or file.startswith("environments/")


def test_all_mistakes_of_all_files_come_at_once_in_order(tmp_path: Path) -> None:
    files = {
        **edited("project.yaml", "language: 1", "language: 3"),
        **edited("people.yaml", "finance_roles", "finanse_roles"),
        **edited("words.yaml", "draft: Draft", "draft: 0x1"),
        **edited(INVOICE, "kind: financial\nclass: financial", "kind: money\nclass: Top\nnote: x"),
    }
    spec, findings = load_map(write_map(tmp_path, files))
    assert spec is None
    assert [place for place, _, _ in found(tmp_path, findings)] == [
        "objects/invoice.yaml:3:7",
        "objects/invoice.yaml:4:8",
        "objects/invoice.yaml:5:1",
        "people.yaml:6:1",
        "project.yaml:1:11",
        "words.yaml:1:25",
    ]


def test_a_wrong_scalar_is_not_reported_twice(tmp_path: Path) -> None:
    _, findings = load_map(write_map(tmp_path, edited("project.yaml", "language: 1", "language: 01")))
    assert [f.rule for f in findings] == ["yaml/reads-differently"]


@pytest.mark.parametrize("name", ["project.yaml", "people.yaml", "systems.yaml", "authority.yaml"])
def test_a_file_that_every_map_has_is_missed(name: str, tmp_path: Path) -> None:
    spec, findings = load_map(write_map(tmp_path, {name: None}))
    assert spec is None
    assert [(f.rule, f.remedy) for f in findings] == [("map/missing-file", f"Add {name}.")]


def test_words_and_gates_may_be_left_out(tmp_path: Path) -> None:
    spec, findings = load_map(write_map(tmp_path, {"words.yaml": None, "gates.yaml": None}))
    assert findings == []
    assert spec is not None
    assert (spec.words, spec.gates) == ({}, {})


def test_a_map_without_objects_is_none(tmp_path: Path) -> None:
    files = dict.fromkeys(name for name in GOOD if name.startswith("objects/"))
    spec, findings = load_map(write_map(tmp_path, files))
    assert spec is None
    assert [f.message for f in findings] == ["objects/NAME.yaml is missing"]


@pytest.mark.parametrize(
    ("name", "rule", "remedy"),
    [
        ("objects/case.yml", "map/unknown-file", "Rename it to case.yaml."),
        ("gate.yaml", "map/unknown-file", "Did you mean gates.yaml?"),
        ("notes.txt", "map/unknown-file", "Move it out of the map's folder."),
        ("objects/old/invoice.yaml", "map/unknown-file", "Move it out of the map's folder."),
        ("sensitivty.yaml", "map/unknown-file", "Did you mean sensitivity.yaml?"),
        ("automations.yaml", "language/not-built", "Remove it from the map's folder."),
        ("red-flags.yaml", "language/not-built", "Remove it from the map's folder."),
        ("lineage.yaml", "language/not-built", "Remove it from the map's folder."),
        ("facts.yaml", "language/not-built", "Remove it from the map's folder."),
        ("ownership.lock", "language/not-built", "Remove it from the map's folder."),
        ("tests/money.yaml", "language/not-built", "Remove it from the map's folder."),
    ],
)
def test_a_file_that_is_no_part_of_a_map_is_a_finding(name: str, rule: str, remedy: str, tmp_path: Path) -> None:
    spec, findings = load_map(write_map(tmp_path, {name: "a: b\n"}))
    assert [(f.rule, f.remedy) for f in findings] == [(rule, remedy)]
    assert spec is not None, "the rest of the map is judged all the same"


def test_hidden_files_and_a_readme_are_passed_over(tmp_path: Path) -> None:
    assert load_map(write_map(tmp_path, {".swp": "x", "README.md": "x", "objects/.keep": "x"}))[1] == []


def test_a_folder_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    spec, findings = load_map(tmp_path / "nowhere")
    assert spec is None
    assert [f.rule for f in findings] == ["map/missing-folder"]
    assert load_map(write_map(tmp_path, {}) / "project.yaml")[1][0].rule == "map/missing-folder"


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    write_map(tmp_path, {"words.yaml": None})
    os.mkfifo(tmp_path / "words.yaml")
    spec, findings = load_map(tmp_path)
    assert spec is None
    assert [f.rule for f in findings] == ["map/unreadable"]


def test_a_file_that_is_too_large_is_not_read_whole(tmp_path: Path) -> None:
    _, findings = load_map(write_map(tmp_path, {"words.yaml": "a" * (MAX_BYTES + 10)}))
    assert [f.rule for f in findings] == ["yaml/too-large"]


def test_one_environment_is_read_alone(tmp_path: Path) -> None:
    write_map(tmp_path, {"environments/broken.yaml": "crm: [\n"})
    spec, findings = load_map(tmp_path, "local")
    assert findings == []
    assert spec is not None
    assert list(spec.environments) == ["local"]
    assert [f.rule for f in load_map(tmp_path)[1]] == ["yaml/syntax"]
    environment, findings = load_environment(tmp_path, "local")
    assert findings == []
    assert environment is not None
    assert environment.starts_at == "ceiling"
    assert environment.all_local
    assert load_environment(tmp_path, "broken")[0] is None


def test_an_unknown_environment_names_the_nearest(tmp_path: Path) -> None:
    write_map(tmp_path, {})
    for findings in (load_map(tmp_path, "locl")[1], load_environment(tmp_path, "locl")[1]):
        assert [(f.rule, f.remedy) for f in findings] == [("environment/unknown", "Did you mean local?")]


def test_an_environments_values_are_never_shown(tmp_path: Path) -> None:
    text = "crm: {url: hunter2, environment: hunter2, port: 77}\nbilling: {secret_key: 0x77}\nstarts_at: hunter2\n"
    _, findings = load_map(write_map(tmp_path, {"environments/local.yaml": text}))
    assert len(findings) == 4
    assert not [f for f in findings if "hunter2" in f.message + f.remedy or "77" in f.message + f.remedy]


def test_a_file_of_unknown_keys_is_told_in_a_hundred_findings(tmp_path: Path) -> None:
    text = GOOD["project.yaml"] + "".join(f"key{n}: x\n" for n in range(5000))
    assert len(load_map(write_map(tmp_path, {"project.yaml": text}))[1]) == 100


def test_a_folder_that_may_not_be_listed_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(folder: Path) -> Iterator[Path]:
        if folder.name == "objects":
            raise PermissionError(13, "Permission denied")
        return real(folder)

    real = Path.iterdir
    monkeypatch.setattr(Path, "iterdir", closed)
    spec, findings = load_map(write_map(tmp_path, {}))
    assert spec is None
    assert [f.message for f in findings] == ["no map here: permission denied"]
