"""sensitivity.yaml: what it says, what it completes, and what is found in it."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from syncengine.check.checked import Checked
from syncengine.check.run import check_map
from syncengine.model.finding import Finding
from syncengine.spec.loader import load_map
from syncengine.spec.sensitivity import STANDARD_VIEWS
from syncengine.vocabulary import SENSITIVITY_CLASSES, Mask
from tests.check.laid_over import judged
from tests.specs.maps import DESCRIPTIONS, GOOD, edited, write_map

FILE = "sensitivity.yaml"
OWN = "classes: [public, internal, financial, pii, health]\n"
SEEN = "views: {compliance: {public: clear, internal: clear, financial: clear, pii: clear, health: masked}}\n"


def resolved(folder: Path, files: Mapping[str, str]) -> Checked:
    spec, findings = load_map(write_map(folder, files))
    assert spec is not None
    checked, more = check_map(spec, DESCRIPTIONS)
    assert checked is not None, [*findings, *more]
    return checked


def only(findings: list[Finding]) -> Finding:
    (finding,) = findings
    return finding


def test_without_the_file_there_are_six_classes_and_six_views(tmp_path: Path) -> None:
    checked = resolved(tmp_path, {})
    assert checked.classes == SENSITIVITY_CLASSES
    assert checked.views == STANDARD_VIEWS


def test_the_standard_views_keep_the_promises_that_a_map_has_to_keep() -> None:
    for view, cells in STANDARD_VIEWS.items():
        assert cells.get("account_number", Mask.LAST4) in (Mask.LAST4, Mask.FIRST6_LAST4)
        assert "restricted" not in cells
        if view not in ("finance", "compliance"):
            assert cells.get("pii", Mask.WITHHELD) is not Mask.CLEAR


def test_a_file_with_classes_keeps_of_the_standard_views_what_it_has_classes_for(tmp_path: Path) -> None:
    checked = resolved(tmp_path, {FILE: OWN})
    assert checked.classes == ("public", "internal", "financial", "pii", "health")
    assert checked.views["finance"] == dict.fromkeys(("public", "internal", "financial", "pii"), Mask.CLEAR)


def test_a_file_with_views_has_the_standard_classes_and_standard_views_that_show_nothing(tmp_path: Path) -> None:
    views = "views: {mine: {public: clear, internal: clear, financial: clear, pii: hashed}}\n"
    checked = resolved(tmp_path, {FILE: views})
    assert checked.classes == SENSITIVITY_CLASSES
    assert checked.views["mine"]["pii"] is Mask.HASHED
    assert {view for view, cells in checked.views.items() if not cells} == set(STANDARD_VIEWS)


def test_what_is_written_out_means_the_same_as_what_is_left_out(tmp_path: Path) -> None:
    shown = {view: {name: mask.value for name, mask in cells.items()} for view, cells in STANDARD_VIEWS.items()}
    written = f"classes: {list(SENSITIVITY_CLASSES)}\nviews: {shown}\n".replace("'", "")
    assert resolved(tmp_path / "one", {FILE: written}).meaning == resolved(tmp_path / "other", {}).meaning
    assert resolved(tmp_path / "third", {FILE: OWN}).meaning != resolved(tmp_path / "fourth", {}).meaning


def test_the_order_of_the_classes_is_the_maps(tmp_path: Path) -> None:
    """An email is pii at least; what the map calls more sensitive than pii stays what it says."""
    email = "email: {type: email, class: health}"
    objects = edited("objects/account.yaml", "email: {type: email, optional: true}", email)
    systems = GOOD["systems.yaml"].replace("financial, pii]", "financial, pii, health]")
    files = {FILE: OWN + SEEN, **objects, "systems.yaml": systems}
    assert resolved(tmp_path / "above", files).objects["account"].fields["email"].klass == "health"
    below = "classes: [public, internal, health, financial, pii]\n" + SEEN
    finding = only(judged(tmp_path / "below", {**files, FILE: below}))
    assert (finding.rule, finding.path) == ("privacy/declassified", "fields.email.class")


def test_a_field_of_an_own_class_that_a_system_is_not_cleared_for_cannot_be_spelled(tmp_path: Path) -> None:
    objects = edited("objects/account.yaml", "name: {type: text, class: pii}", "name: {type: text, class: health}")
    cleared = GOOD["systems.yaml"].replace("financial, pii]", "financial, pii, health]", 1)
    finding = only(judged(tmp_path, {FILE: OWN + SEEN, **objects, "systems.yaml": cleared}))
    assert finding.rule == "privacy/not-cleared"
    assert finding.message == "name is health, and crm is not cleared for that"
    assert finding.path == "flows.crm.fields.name"


@pytest.mark.parametrize(
    ("file", "old", "new", "path", "remedy"),
    [
        ("objects/account.yaml", "class: internal", "class: internl", "class", "Did you mean internal?"),
        ("objects/account.yaml", "class: pii", "class: pi", "fields.name.class", "Did you mean pii?"),
        ("systems.yaml", "owner: revops, cleared_for: [public", "owner: revops, cleared_for: [pulbic",
         "crm.cleared_for.0", "Did you mean public?"),
    ],
)  # fmt: skip
def test_a_class_is_a_name_of_the_map(file: str, old: str, new: str, path: str, remedy: str, tmp_path: Path) -> None:
    finding = only(judged(tmp_path, edited(file, old, new)))
    assert (finding.rule, finding.path, finding.remedy) == ("ownership/unknown-name", path, remedy)
    assert finding.message.startswith("there is no sensitivity class ")


def test_a_view_over_a_class_that_is_not_there_is_found_at_its_key(tmp_path: Path) -> None:
    views = "views: {logs: {internal: clear, financial: clear, pii: masked, finacial: clear}}\n"
    finding = only(judged(tmp_path, {FILE: views}))
    assert (finding.rule, finding.path, finding.remedy) == (
        "ownership/unknown-name", "views.logs.finacial", "Did you mean financial?",
    )  # fmt: skip
    assert (finding.place.line, finding.place.column) == (1, 64)


@pytest.mark.parametrize(
    ("text", "rule", "path", "says"),
    [
        ("retention: {pii: 90d}\n", "language/not-built", "retention", "not built yet"),
        ("kept_in: {restricted: vault}\n", "language/not-built", "kept_in", "not built yet"),
        ("clases: [public]\n", "language/unknown-key", "clases", "Did you mean classes?"),
        ("classes: [public, pii]\n", "language/value", "classes", "does not name internal"),
        ("classes: [public, pii, internal]\n", "language/value", "classes", "Write them in this order."),
        ("classes: [public, internal, pii, pii]\n", "language/value", "classes", "stands twice"),
        ("classes: [public, internal, pii, Health]\n", "language/value", "classes.3", "not a name"),
        ("views: {logs: {pii: maskd}}\n", "language/value", "views.logs.pii", "Did you mean masked?"),
        ("views: {logs: {pii: withheld}}\n", "language/value", "views.logs.pii", "not one of clear, masked"),
    ],
)
def test_what_is_wrong_with_the_file_is_found_in_it(text: str, rule: str, path: str, says: str, tmp_path: Path) -> None:
    finding = only(judged(tmp_path, {FILE: text}))
    assert (finding.rule, finding.path) == (rule, path)
    assert says in f"{finding.message} {finding.remedy}"
    assert finding.place.file.endswith(FILE)


ALL = "public: clear, internal: clear, financial: clear, pii: masked"


@pytest.mark.parametrize(
    ("views", "path"),
    [
        (f"{{logs: {{{ALL.replace('masked', 'clear')}}}}}", "views.logs.pii"),
        (f"{{events: {{{ALL.replace('masked', 'clear')}}}}}", "views.events.pii"),
        (f"{{logs: {{{ALL}, restricted: clear}}}}", "views.logs.restricted"),
        (f"{{finance: {{{ALL}, account_number: clear}}}}", "views.finance.account_number"),
        (f"{{mine: {{{ALL}, account_number: masked}}}}", "views.mine.account_number"),
        (f"{{mine: {{{ALL}, account_number: hashed}}}}", "views.mine.account_number"),
    ],
)
def test_a_view_that_shows_too_much_is_found_at_its_cell(views: str, path: str, tmp_path: Path) -> None:
    finding = only(judged(tmp_path, {FILE: f"views: {views}\n"}))
    assert (finding.rule, finding.path) == ("privacy/view-too-clear", path)


@pytest.mark.parametrize(
    "views",
    [
        f"{{finance: {{{ALL.replace('masked', 'clear')}, account_number: first6_last4, restricted: clear}}}}",
        f"{{logs: {{{ALL.replace('masked', 'last4')}, account_number: last4}}}}",
        f"{{events: {{{ALL.replace('masked', 'hashed')}}}}}",
    ],
)
def test_a_view_may_show_what_somebody_asks_for(views: str, tmp_path: Path) -> None:
    assert judged(tmp_path, {FILE: f"views: {views}\n"}) == []


@pytest.mark.parametrize(
    ("written", "messages"),
    [
        ("class: public", ["payee is public, and a ref is internal: nobody answers for that"]),
        ("class: public, because: It is on our site., approved_by: cfo", []),
        ("class: financial", []),
    ],
)
def test_a_ref_below_internal_needs_somebody_who_answers_for_it(
    written: str, messages: list[str], tmp_path: Path
) -> None:
    found = judged(tmp_path, edited("objects/payout.yaml", "{ref: account}", f"{{ref: account, {written}}}"))
    assert [finding.message for finding in found] == messages


def test_no_reason_takes_a_type_below_its_floor(tmp_path: Path) -> None:
    reasoned = "email: {type: email, class: internal, because: It is a list., approved_by: cfo, optional: true}"
    finding = only(judged(tmp_path, edited("objects/account.yaml", "email: {type: email, optional: true}", reasoned)))
    assert (finding.rule, finding.remedy) == ("privacy/declassified", "Write `class: pii`, or remove it.")


def test_a_lower_class_on_a_financial_object_needs_a_finance_role(tmp_path: Path) -> None:
    lowered = "total: {type: money, class: internal, because: Support asks., approved_by: revops-lead}"
    finding = only(judged(tmp_path, edited("objects/invoice.yaml", "total: {type: money}", lowered)))
    assert (finding.rule, finding.path) == ("exception/unapproved", "fields.total.approved_by")


def test_a_class_that_nobody_may_ever_see_is_told_once(tmp_path: Path) -> None:
    found = judged(tmp_path, {FILE: "views: {mine: {internal: clear, pii: clear}}\n"})
    assert [(f.rule, f.severity, f.path) for f in found] == [
        ("privacy/view-forgotten", "warning", "fields.status")
    ]  # fmt: skip
