"""The README is read as a person reads it."""

import pytest

from tests.readme.readme import Command, commands, counts, prose

README = """\
# Title
```sh
python3 -m venv .venv && .venv/bin/pip install -q -e . && \\
  .venv/bin/syncengine run
# a comment
.venv/bin/pytest -q
```

```text
all passed
```

It settles 71 events.

```text
no output of a command: there is prose before it
```

```console
$ syncengine trace evt_1
invoice 1
  and more
$ syncengine trace nobody  # exits 1
```

```console
syncengine audit verify
```

```yaml
language: 1
```
"""


def test_command_blocks_are_found_with_what_they_show() -> None:
    assert commands(README) == [
        Command("python3 -m venv .venv && .venv/bin/pip install -q -e . && .venv/bin/syncengine run"),
        Command(".venv/bin/pytest -q", "all passed\n"),
        Command("syncengine trace evt_1", "invoice 1\n  and more\n"),
        Command("syncengine trace nobody", code=1),
        Command("syncengine audit verify"),
    ]


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("python3 -m venv .venv && .venv/bin/pip install -q -e . && .venv/bin/x run", ".venv/bin/x run"),
        ("python3.12 -m venv x && x/bin/python -m pip install . && x/bin/pytest", "x/bin/pytest"),
        ("git clone https://example.org/x && cd x && pytest", "pytest"),
        (".venv/bin/syncengine trace a && .venv/bin/syncengine trace b", None),
    ],
)
def test_only_the_setting_up_is_left_out(line: str, rest: str | None) -> None:
    assert Command(line).without_setup == (line if rest is None else rest)


@pytest.mark.parametrize(
    "text",
    ["settled 71", "71 settled", "| settled | 71 |", "**71** settled", "Settled: 71", "events     settled 71, stale 2"],
)
def test_a_count_is_found_in_whatever_order(text: str) -> None:
    assert ("settled", 71) in counts(text)


def test_counts_of_other_things_are_none_of_ours() -> None:
    assert counts("Python 3.11 on 2 cores, port 8080, 5 teams") == set()


def test_long_names_and_thousands_are_read_whole() -> None:
    assert counts("1,204 already processed, dead lettered 3") == {("already processed", 1204), ("dead lettered", 3)}


def test_prose_has_no_code() -> None:
    assert "settles 71 events" in prose(README)
    assert "language" not in prose(README)
