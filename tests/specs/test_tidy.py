"""A layout changes blanks, and nothing else."""

import json

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from syncengine.spec.layout.tidy import ChangedError, comments, tidy
from syncengine.spec.reader import read
from tests.specs.untidy import untidy

FILES = st.sampled_from(["objects/a.yaml", "authority.yaml", "systems.yaml", "words.yaml"])


def tidied(text: str, file: str = "words.yaml") -> str:
    result = tidy(text.encode(), file=file, place=file)
    assert result.findings == ()
    return result.after


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(untidy(), FILES)
def test_any_sound_file_says_the_same_with_the_same_comments_and_is_settled(text: str, file: str) -> None:
    before = read(text.encode(), file=file)
    assume(not before.findings)
    after = tidied(text, file)
    assert json.dumps(read(after.encode(), file=file).data) == json.dumps(before.data)
    assert comments(after) == comments(text)
    assert tidied(after, file) == after
    assert not [line for line in after.split("\n") if line != line.rstrip() and "|" not in after]


LAYOUTS = [
    ("a:   b\n", "a: b\n"),
    ("a : b\n", "a: b\n"),
    ("a: b   \n\n\n\nc: d\n\n\n", "a: b\n\nc: d\n"),
    ("\n\na: b", "a: b\n"),
    ("a:\n    b:\n        - c\n", "a:\n  b:\n    - c\n"),
    ("a:\n- b\n-   c\n", "a:\n  - b\n  - c\n"),
    ("a:\n  -   b: c\n      d: e\n", "a:\n  - b: c\n    d: e\n"),
    ("a: { b: c ,d: [ e,f ] }\n", "a: {b: c, d: [e, f]}\n"),
    ("a:\n  b\n", "a: b\n"),
    ("a: [b,\n    c]\n", "a: [b, c]\n"),
    ("a: b\n  c\n", "a: b\n  c\n"),
    ("a: |\n     b\n       c\nd: e\n", "a: |\n  b\n    c\nd: e\n"),
    ("a: >2-\n   b\n", "a: >2-\n   b\n"),
    ("a: |+\n  b\n\n\n", "a: |+\n  b\n\n\n"),
    ("a: |\n  b", "a: |-\n  b\n"),
    ("---\na: b\n", "---\na: b\n"),
    ("\ufeffa: b\n", "a: b\n"),
    ("? a\n: b\n", "a: b\n"),
    ("a:\n\n  b: c\n", "a:\n  b: c\n"),
    ("a: b\r\n\r\n\r\nc: d\r\n", "a: b\r\n\r\nc: d\r\n"),
    ("a: b\rc: d\r", "a: b\nc: d\n"),
    ("a:   {b: c}\nlonger: {b: c}\n", "a: {b: c}\nlonger: {b: c}\n"),
    ("a:      {b: c}\nlonger: {b: c}\n", "a:      {b: c}\nlonger: {b: c}\n"),
    ("a: {b: c,    d: e}\nf: {b: cccc, d: e}\n", "a: {b: c,    d: e}\nf: {b: cccc, d: e}\n"),
    ("a: {b: c,    d: e}\nf: {b: c, d: e}\n", "a: {b: c, d: e}\nf: {b: c, d: e}\n"),
]


@pytest.mark.parametrize(("text", "laid"), LAYOUTS)
def test_blanks_are_made_alike(text: str, laid: str) -> None:
    assert tidied(text) == laid


COMMENTED = [
    ("# first\n\n\n# second\na: b\n", "# first\n\n# second\na: b\n"),
    ("a: b      # c\nd: e\n", "a: b      # c\nd: e\n"),
    ("a:      b # c\n", "a: b      # c\n"),
    ("a: b # c\n     # d\n", "a: b # c\n     # d\n"),
    ("a:\n    b: c\n    # of b\n# of a\nd: e\n", "a:\n  b: c\n  # of b\n# of a\nd: e\n"),
    ("a: # x\n  b: c # y\n", "a: # x\n  b: c # y\n"),
    ("a: [b, # one\n  c]\n", "a: [\n  b,   # one\n  c]\n"),
    ("a: [b,\n  c # two\n  ]\n", "a: [\n  b,\n  c # two\n  ]\n"),
    ("a: # x\n  [b]\n", "# x\na: [b]\n"),
    ("a: b\n# last", "a: b\n# last\n"),
    ("a: | # in\n  b # no comment\n# c\n", "a: | # in\n  b # no comment\n# c\n"),
    ("a:\n  - # x\n    b: c\n", "a:\n  # x\n  - b: c\n"),
]


@pytest.mark.parametrize(("text", "laid"), COMMENTED)
def test_comments_stay_at_what_they_are_about(text: str, laid: str) -> None:
    assert tidied(text) == laid


GRANT = "    - {may: [create, update], object: account, in: crm, fields: [name, email]}\n"
SET = "crm-view:\n  grants:\n"


BLOCK = """\
    - may:
      - create
      - update
      object: account
      in: crm
      fields: [name, email]
"""


@pytest.mark.parametrize(
    "broken",
    [
        BLOCK,
        "    - {may: [create, update],\n       object: account, in: crm,\n       fields: [name, email]}\n",
        "    -\n        {may: [create, update], object: account, in: crm, fields: [name, email]}\n",
        "    - {may: [create,update], object: account, in: crm, fields: [name,\n        email,]}\n",
    ],
)
def test_a_grant_that_was_broken_comes_to_stand_on_one_line(broken: str) -> None:
    assert tidied(SET + broken, "authority.yaml") == SET + GRANT


def test_what_permits_nothing_may_stand_on_several_lines() -> None:
    text = SET + "    - may: [create]\n      object: account\n"
    assert tidied(text, "words.yaml") == text


def test_a_grant_stays_on_its_line_however_long_and_brackets_elsewhere_too() -> None:
    fields = ", ".join(f"field_{number}" for number in range(300))
    text = f"a:\n  grants:\n    - {{may: [create], object: account, in: crm, fields: [{fields}]}}\n"
    assert tidied(text, "authority.yaml") == text
    assert tidied(text, "words.yaml") == text


def test_the_comments_of_a_grant_that_is_joined_stand_above_it() -> None:
    broken = (
        "    - may: [create]   # new ones\n      # which\n      object: account\n      in: crm  # there\n"
        "      fields: [a]\n"
    )
    above = "    # new ones\n    # which\n    # there\n"
    assert tidied(SET + broken, "authority.yaml") == SET + above + (
        "    - {may: [create], object: account, in: crm, fields: [a]}\n"
    )


def test_what_lets_somebody_do_more_stands_on_one_line_in_objects_and_systems_too() -> None:
    field = (
        "fields:\n  note:\n    type: text\n    owner: crm\n    because: Collections,\n      [mostly].\n"
        "    approved_by: cfo\n"
    )
    joined = 'fields:\n  note: {type: text, owner: crm, because: "Collections, [mostly].", approved_by: cfo}\n'
    assert tidied(field, "objects/invoice.yaml") == joined
    plain = "fields:\n  note:\n    type: text\n"
    assert tidied(plain, "objects/invoice.yaml") == plain
    system = "crm:\n  kind: crm\n  cleared_for:\n    - public\n"
    assert tidied(system, "systems.yaml") == "crm: {kind: crm, cleared_for: [public]}\n"


def test_a_text_over_lines_is_quoted_only_where_it_has_to_be() -> None:
    broken = "fields:\n  a:\n    owner: crm\n    because: |\n      One.\n      Two.\n"
    assert tidied(broken, "objects/a.yaml") == 'fields:\n  a: {owner: crm, because: "One.\\nTwo.\\n"}\n'
    quoted = "fields:\n  a:\n    owner: crm\n    because: 'it''s\n      so'\n"
    assert tidied(quoted, "objects/a.yaml") == "fields:\n  a: {owner: crm, because: 'it''s so'}\n"


def test_brackets_that_fit_on_no_line_stay_broken_one_entry_a_line() -> None:
    entries = [f"word_{number}: {'x' * 20}" for number in range(5)]
    text = "a: {" + ",\n ".join(entries) + "}\n"
    assert tidied(text) == "a: {\n" + ",\n".join(f"  {entry}" for entry in entries) + "}\n"


@pytest.mark.parametrize("raw", [b"a: [b\n", b"a: &x b\n", b"a: NO\n", b"a: b\na: c\n", b"", b"\xff", b"a:\n"])
def test_a_file_with_a_finding_is_left_as_it_is(raw: bytes) -> None:
    result = tidy(raw, file="words.yaml", place="words.yaml")
    assert [str(finding.place) for finding in result.findings]
    assert not result.changed


def test_a_layout_that_would_say_something_else_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong, reason in (("a: c\n", "something else"), ("a: b\n", "a comment"), ("a: [\n", "no YAML")):
        monkeypatch.setattr("syncengine.spec.layout.tidy.write", lambda _tree, _file, wrong=wrong: wrong)
        with pytest.raises(ChangedError, match=reason):
            tidy(b"a: b # c\n", file="words.yaml", place="words.yaml")


def test_a_layout_that_never_settles_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncengine.spec.layout.tidy.write", lambda tree, _file: tree.source + "\n")
    with pytest.raises(ChangedError, match="again"):
        tidy(b"a: b\n", file="words.yaml", place="words.yaml")
