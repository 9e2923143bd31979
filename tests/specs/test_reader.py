"""YAML 1.2 core and nothing else: what is refused, and exactly where."""

import json
import re

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from syncengine.spec import reader
from syncengine.spec.reader import Document, read

BAD = [
    (b"a: &x 1\n", "yaml/anchor", 1, 4),
    (b"a: x\nb: *a\n", "yaml/alias", 2, 4),
    (b"a: !!int '3'\n", "yaml/tag", 1, 4),
    (b"a: !thing {b: c}\n", "yaml/tag", 1, 4),
    (b"- ! x\n", "yaml/tag", 1, 3),
    (b"<<: {a: b}\n", "yaml/merge", 1, 1),
    (b"a: x\nb: v\na: z\n", "yaml/duplicate-key", 3, 1),
    (b"f: {a: x, b: v, a: z}\n", "yaml/duplicate-key", 1, 17),
    (b"a: x\n---\nb: v\n", "yaml/documents", 2, 1),
    (b"%YAML 1.1\n---\na: b\n", "yaml/directive", 1, 1),
    (b"? [a, b]\n: c\n", "yaml/key", 1, 3),
    (b"a: {{b: c}: d}\n", "yaml/key", 1, 5),
    (b"a: b\n1: c\n", "yaml/key", 2, 1),
    (b"true: c\n", "yaml/key", 1, 1),
    (b"~: c\n", "yaml/key", 1, 1),
    (b"a: b\non: c\n", "yaml/reads-differently", 2, 1),
    (b"a:\n  - NO\n", "yaml/reads-differently", 2, 5),
    (b"a:\nb: c\n", "yaml/empty-value", 1, 1),
    (b"a: [x, ~]\n", "yaml/empty-value", 1, 8),
    (b"a: b: c\n", "yaml/syntax", 1, 5),
    (b"a: 'b\n", "yaml/syntax", 1, 6),
    (b"a: [b\n\n\n", "yaml/syntax", 1, 6),
    (b"a: [b\nc: d\n", "yaml/syntax", 2, 2),
    (b"a: @b\n", "yaml/syntax", 1, 4),
    (b"a: b\n\tc: d\n", "yaml/invisible", 2, 1),
    (b"a: b\t# c\n", "yaml/invisible", 1, 5),
    (b"a: 'x\ty'\n", "yaml/invisible", 1, 6),
    (b"# c\n\n%FOO\n---\na: b\n", "yaml/directive", 3, 1),
    (b"a: b\nc: \xff\n", "yaml/not-utf-8", 2, 4),
    (b"a: b\nc: x\x00y\n", "yaml/invisible", 2, 5),
    (b"a: \x1b[31m\n", "yaml/invisible", 1, 4),
    ("a: x\u202ey\n".encode(), "yaml/invisible", 1, 5),
    ("a: x\u2028y\n".encode(), "yaml/invisible", 1, 5),
    (b'a: b\nc: "x\\0y"\n', "yaml/invisible", 2, 4),
    (b'a: "\\u202e"\n', "yaml/invisible", 1, 4),
    (b"a: \xed\xa0\x80\n", "yaml/not-utf-8", 1, 4),
    (b"", "yaml/empty-file", 0, 0),
    (b"# nothing\n", "yaml/empty-file", 0, 0),
    (b"a: " + b"x" * (256 * 1024), "yaml/too-large", 0, 0),
    (b"[" * 33 + b"]" * 33, "yaml/too-deep", 1, 33),
    (b"- x\n" * 20_000, "yaml/too-large", 20_000, 3),
]


@pytest.mark.parametrize(("raw", "rule", "line", "column"), BAD, ids=[f"{b[1]}-{i}" for i, b in enumerate(BAD)])
def test_bad_yaml_is_one_finding_at_its_place(raw: bytes, rule: str, line: int, column: int) -> None:
    document = read(raw, file="map.yaml")
    assert [(f.rule, f.place.line, f.place.column) for f in document.findings] == [(rule, line, column)]
    assert document.findings[0].remedy
    assert document.findings[0].place.file == "map.yaml"


@pytest.mark.timeout(20)  # it takes milliseconds; anything quadratic takes minutes
@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
@pytest.mark.parametrize("deep", [b"[", b"- ", b"{a: ", b"[{a: ", b"? "])
def test_a_hundred_thousand_openings_are_refused_at_once(
    deep: bytes, loader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = getattr(yaml, loader, None)
    if chosen is None:
        pytest.skip("this PyYAML has no C loader")
    monkeypatch.setattr(reader, "LOADER", chosen)
    document = read((deep * 100_000)[: 256 * 1024], file="map.yaml")
    assert len(document.findings) == 1
    assert not document.usable


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
def test_both_loaders_give_the_same_data_and_places(loader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "LOADER", getattr(yaml, loader))
    raw = "a: {b: [x, 'y z', \"ä😀\"], c: 12}\nd: true\ne: |\n  two\n  lines\nf: |-\n  x\n".encode()
    document = read(raw, file="map.yaml")
    assert document.data == {"a": {"b": ["x", "y z", "ä😀"], "c": 12}, "d": True, "e": "two\nlines\n", "f": "x"}
    assert document.findings == []
    keys = {path: (spot.line, spot.column) for path, spot in document.marks.keys.items()}
    assert keys == {
        ("a",): (1, 1),
        ("a", "b"): (1, 5),
        ("a", "c"): (1, 26),
        ("d",): (2, 1),
        ("e",): (3, 1),
        ("f",): (6, 1),
    }
    assert str(document.marks.value(("a", "b", 2))) == "map.yaml:1:19"
    assert str(document.marks.value(("a", "c"))) == "map.yaml:1:29"
    assert str(document.marks.value(("e",))) == "map.yaml:3:4"


def test_a_place_inside_a_text_counts_from_its_first_character() -> None:
    marks = read(b"a: \"x == 'y'\"\nb: x == y\nc: 'it''s'\nd: >-\n  x\n  y\n", file="map.yaml").marks
    assert str(marks.inside(("a",), 0)) == "map.yaml:1:5"
    assert str(marks.inside(("a",), 5)) == "map.yaml:1:10"
    assert str(marks.inside(("b",), 5)) == "map.yaml:2:9"
    assert str(marks.inside(("c",), 3)) == "map.yaml:3:4", "an escaped quote moves columns: the start is honest"
    assert str(marks.inside(("d",), 2)) == "map.yaml:4:4"


def test_a_missing_thing_is_placed_at_the_nearest_thing_above_it() -> None:
    marks = read(b"a:\n  b: [x]\n", file="map.yaml").marks
    assert str(marks.key(("a", "missing"))) == "map.yaml:1:1"
    assert str(marks.value(("a", "b", 7))) == "map.yaml:2:6"
    assert str(marks.value(("nothing",))) == "map.yaml:1:1"


def test_several_findings_of_one_file_come_together() -> None:
    document = read(b"a: NO\nb: [010, 1e3]\na: x\nc: 10:02\n", file="map.yaml")
    assert [f.place.line for f in document.findings] == [1, 2, 2, 3, 4]
    assert document.usable
    assert document.data == {"a": "NO", "b": ["010", "1e3"], "c": "10:02"}


def test_findings_of_one_file_are_limited() -> None:
    assert len(read(b"- NO\n" * 5000, file="map.yaml").findings) == reader.MAX_FINDINGS


def test_the_value_of_a_repeated_key_is_forgotten_with_all_that_is_in_it() -> None:
    document = read(b"a: {b: [x]}\na: {b: [v, {c: d}], e: f}\n", file="map.yaml")
    assert document.data == {"a": {"b": ["x"]}}
    assert [f.rule for f in document.findings] == ["yaml/duplicate-key"]
    assert str(document.marks.value(("a", "b", 0))) == "map.yaml:1:9"


def test_a_secret_files_values_stay_out_of_messages() -> None:
    findings = read(b"password: 1e100\n", file="map.yaml", secret=True).findings
    assert [f.rule for f in findings] == ["yaml/reads-differently"]
    assert "1e100" not in findings[0].message + findings[0].remedy
    shown = read(b"version: 67.0\n", file="map.yaml").findings[0]
    assert shown.remedy == 'Quote it: "67.0".'


def test_a_byte_order_mark_at_the_beginning_is_no_content() -> None:
    document = read(b"\xef\xbb\xbfa: b\n", file="map.yaml")
    assert document.data == {"a": "b"}
    assert document.findings == []


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_data_or_findings(raw: bytes) -> None:
    document = read(raw, file="map.yaml")
    assert document.findings or document.data is not None


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab:-[]{}?|>'\"#&*!%@,~<=0.\\ \n\t\r", max_size=80))
def test_any_text_of_yaml_marks_is_data_or_findings(text: str) -> None:
    document = read(text.encode(), file="map.yaml")
    assert document.findings or document.data is not None
    for finding in document.findings:
        assert finding.place.line <= text.count("\n") + text.count("\r") + 2, "the end may be a line of its own"


PLACED = [
    ("a: b\n", {"a": (1, 1, 1, 4)}),
    ("a:\n  b:   c\n", {"a.b": (2, 3, 2, 8)}),
    ("a: {b: c, 'd': [e,  f]}\n", {"a.b": (1, 5, 1, 8), "a.d": (1, 11, 1, 16), "a.d.1": (0, 0, 1, 21)}),
    ("a: {\n  b: c,\n\n  d: e}\n", {"a.d": (4, 3, 4, 6)}),
    ("a:\n  - b\n  - c: d\n    e: f\n", {"a.0": (0, 0, 2, 5), "a.1.e": (4, 5, 4, 8)}),
    ("a: b\n  c\n  d\ne: f\n", {"a": (1, 1, 1, 4), "e": (4, 1, 4, 4)}),
    ("a: 'b\n  c'\ne: f\n", {"a": (1, 1, 1, 4), "e": (3, 1, 3, 4)}),
    ("a: >-\n  b\n  c\n\ne: f\n", {"a": (1, 1, 1, 4), "e": (5, 1, 5, 4)}),
    ("a:\n\n  |\n  b\ne: f\n", {"a": (1, 1, 3, 3), "e": (5, 1, 5, 4)}),
    ("'😀': {é: '😀😀', b: c}\n", {"😀.é": (1, 7, 1, 10), "😀.b": (1, 16, 1, 19)}),
    ("a: b # 😀\r\nc: d\re: f\r\n", {"c": (2, 1, 2, 4), "e": (3, 1, 3, 4)}),
    ("\ufeffa: b\n", {"a": (1, 1, 1, 4)}),
    ("? a\n: b\n", {"a": (1, 3, 2, 3)}),
]


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
@pytest.mark.parametrize(("text", "places"), PLACED)
def test_keys_and_values_stand_where_they_are_written(
    text: str, places: dict[str, tuple[int, ...]], loader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "LOADER", getattr(yaml, loader))
    marks = read(text.encode(), file="map.yaml").marks
    for dotted, (*key, line, column) in places.items():
        path = tuple(int(step) if step.isdigit() else step for step in dotted.split("."))
        assert (marks.values[path].line, marks.values[path].column) == (line, column)
        assert key == [0, 0] or list(marks.keys[path][:2]) == key


LIMITS = [
    ("the last byte that is allowed", b"a: " + b"x" * (256 * 1024 - 3), True),
    ("one byte more", b"a: " + b"x" * (256 * 1024 - 2), False),
    ("the deepest that is allowed", b"[" * 31 + b"{a: b}" + b"]" * 31, True),
    ("one deeper", b"[" * 32 + b"{a: b}" + b"]" * 32, False),
    ("the last value that is allowed", b"- x\n" * 19_999, True),
    ("one value more", b"- x\n" * 20_000, False),
    ("as many values in brackets", b"[" + b"x," * 19_999 + b"]", True),
]


@pytest.mark.parametrize(("raw", "good"), [limit[1:] for limit in LIMITS], ids=[limit[0] for limit in LIMITS])
def test_the_limits_stand_where_they_are_said_to(raw: bytes, good: bool) -> None:
    assert (read(raw, file="map.yaml").findings == []) is good


def test_a_sound_file_is_looked_through_for_places_only_when_one_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = reader._whole
    looked: list[bytes] = []

    def look(raw: bytes, *, file: str, secret: bool) -> Document:
        looked.append(raw)
        return whole(raw, file=file, secret=secret)

    monkeypatch.setattr(reader, "_whole", look)
    marks = read(b"a: b\n", file="map.yaml").marks
    assert looked == []
    assert [str(marks.value(("a",))), str(marks.key(("a",)))] == ["map.yaml:1:4", "map.yaml:1:1"]
    assert looked == [b"a: b\n"]
    read(b"a: NO\n", file="map.yaml")
    assert looked == [b"a: b\n", b"a: NO\n"]


SPLINTERS = r"""a|b c|key: |x: y|- |[|]|{|}|, |,|'q'|"q\n"|"|'|# c|?|? |:|: |&a |*a|!x |~|12|NO|é😀|-|--|\|@|`|%|<<: """
BREAKS = ["|\n", "> \n", "|2-\n", "\n", "\n  ", "\n    ", "\t", "---\n", "...\n", "%X\n", "\r\n", "\r"]
PIECES = [*SPLINTERS.split("|"), *BREAKS]


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join), st.sampled_from(["", "k: ", "k: {"]))
def test_the_quick_look_and_the_whole_reading_say_the_same(text: str, before: str) -> None:
    raw = (before + text).encode()
    quick, whole = reader._sound(raw), reader._whole(raw, file="map.yaml", secret=False)
    assert (quick is None) == bool(whole.findings)
    assert quick is None or (json.dumps(quick.data), quick.data) == (json.dumps(whole.data), whole.data)


@pytest.mark.parametrize(
    ("text", "flat"),
    [
        ("a: b\nc: d\n", True),
        ("- {a: b, c: [{d: e}]}\n- x\n-\n  {f: g}\n", True),
        ("a:\n  b: c\n  d: [{e: f}]\n", True),
        ("- {a: b}\n- {c: d,\n  e: f}\n", False),
        ("- [{a: b},\n  {c: [{d: e\n}]}]\n", False),
        ("a:\n  - b: c\n", False),
        ("- {a: b}\n- c: d\n- {e: f}\n", False),
    ],
)
def test_whether_a_file_is_flat_is_known_without_looking_for_places(text: str, flat: bool) -> None:
    assert read(text.encode(), file="map.yaml").marks.flat is flat


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join), st.sampled_from(["", "k: ", "k: {"]))
def test_a_file_is_sound_with_and_without_the_c_library_alike(text: str, before: str) -> None:
    raw = (before + text).encode()
    assume(not re.search(r"[:?][]\[{},]", before + text))  # right before a bracket they read these two differently
    told = []
    for loader in (yaml.CSafeLoader, yaml.SafeLoader):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(reader, "LOADER", loader)
            document = read(raw, file="map.yaml")
            told.append(document.findings == [] and (document.data, document.marks.keys, document.marks.values))
    assert told[0] == told[1]
