"""A gate that asks for a fresh check needs its date."""

from pathlib import Path

import pytest

from syncengine.check.run import check_map
from syncengine.model.finding import Finding
from syncengine.spec.loader import load_map
from tests.specs.maps import DESCRIPTIONS, GOOD, write_map

ACCOUNT = "objects/account.yaml"
AGED = "kyc: {when: \"legal_form == 'individual'\", or: not_applicable, max_age: 90d,"


def judged(folder: Path, changed: dict[str, str]) -> list[Finding]:
    spec, mistakes = load_map(write_map(folder, {**GOOD, **changed}))
    assert spec is not None, mistakes
    return list(check_map(spec, DESCRIPTIONS, None)[1])


def spelled(kyc: str) -> dict[str, str]:
    assert AGED in GOOD["gates.yaml"]
    return {ACCOUNT: GOOD[ACCOUNT].replace("{reading: kyc}", kyc)}


@pytest.mark.parametrize(
    "kyc", ["{at: metadata.kyc, words: WORDS}", "{from: \"theirs.kyc == 'ok' ? 'verified' : 'pending'\"}"]
)
def test_a_need_with_an_age_is_never_met_where_nothing_says_when_it_was_checked(tmp_path: Path, kyc: str) -> None:
    table = "{verified: passed, rejected: failed}"
    (found,) = judged(tmp_path / "undated", spelled(kyc.replace("WORDS", table)))
    assert (found.rule, found.path) == ("gate/not-clearable", "payout-release.needs.kyc")
    assert "nothing says when it was checked" in found.message
    dated = kyc.replace("WORDS", table)[:-1] + ", since_at: metadata.kyc_at}"
    assert judged(tmp_path / "dated", spelled(dated)) == []


def test_a_moment_beside_what_is_no_verification_is_refused(tmp_path: Path) -> None:
    account = GOOD[ACCOUNT].replace("name: name", "name: {at: name, since_at: named_at}", 1)
    found = judged(tmp_path, {ACCOUNT: account})
    assert [f.rule for f in found] == ["spelling/type"]
    assert "`since_at` is for verification" in found[0].message
