"""What overlaps is found at once, and as if every two places were compared; a sound map is never asked for places."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from syncengine.check.context import Context, FlowView
from syncengine.check.places import Ground, Touched
from syncengine.check.register import RULES
from syncengine.connectors.register import descriptions
from syncengine.spec.loader import load_map
from tests.benchmarks.company import write_company
from tests.specs.maps import DESCRIPTIONS, write_map

PATHS = st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(".".join)


@cache
def flows() -> tuple[FlowView, ...]:
    with TemporaryDirectory() as name:
        spec, _ = load_map(write_map(Path(name), {}))
    assert spec is not None
    return Context(spec=spec, descriptions=DESCRIPTIONS).flows


def overlap(one: Touched, other: Touched) -> bool:
    apart = one.at != other.at and not one.at.startswith(other.at + ".") and not other.at.startswith(one.at + ".")
    return not apart and not (one.shared and other.shared and one.flow is other.flow)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(PATHS, st.integers(0, 1), st.booleans()), max_size=14))
def test_the_first_overlap_is_the_one_that_comparing_all_finds(places: list[tuple[str, int, bool]]) -> None:
    touched = [Touched(at, flows()[flow], "", (index,), shared) for index, (at, flow, shared) in enumerate(places)]
    ground = Ground()
    for index, one in enumerate(touched):
        assert ground.first(one) == next((other for other in touched[:index] if overlap(one, other)), None)
        ground.add(one)


def test_a_sound_map_is_judged_without_asking_where_anything_stands(tmp_path: Path) -> None:
    write_company(tmp_path, 40)
    spec, findings = load_map(tmp_path)
    assert spec is not None
    assert findings == []
    context = Context(spec=spec, descriptions=descriptions())
    for rule in RULES:
        assert list(rule.check(context)) == [], rule.ID
        asked = [file for file, marks in spec.marks.items() if marks._look is None]
        assert not asked, f"{rule.ID} looks for places before it has a finding: it reads whole files for nothing"
