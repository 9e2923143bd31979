"""Progress is for eyes at a terminal, and for nothing else."""

import io

from syncengine.cli.progress import Progress, line
from syncengine.clock import ManualClock


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class DeadTerminal(Terminal):
    def write(self, _text: str) -> int:
        raise OSError("gone")


def test_a_terminal_sees_one_line_that_rewrites_itself_and_goes() -> None:
    clock, terminal = ManualClock(), Terminal()
    with Progress(stream=terminal, monotonic=clock.monotonic) as progress:
        progress.show("deciding", 1, 4)
        clock.wait(1)
        progress.show("deciding", 4, 4)
    assert terminal.getvalue() == (
        "\r\x1b[Kdeciding  [######..................]  1/4"
        "\r\x1b[Kdeciding  [########################]  4/4"
        "\r\x1b[K"
    )


def test_it_is_drawn_no_faster_than_an_eye_follows() -> None:
    clock, terminal = ManualClock(), Terminal()
    progress = Progress(stream=terminal, monotonic=clock.monotonic)
    for done in range(100):
        progress.show("deciding", done)
        clock.wait(0.01)
    assert terminal.getvalue().count("deciding") == 10


def test_nothing_but_a_terminal_sees_it() -> None:
    file = io.StringIO()
    with Progress(stream=file) as progress:
        progress.show("deciding", 1)
    assert file.getvalue() == ""


def test_quiet_is_quiet_on_a_terminal_too() -> None:
    terminal = Terminal()
    with Progress(quiet=True, stream=terminal) as progress:
        progress.show("deciding", 1)
    assert terminal.getvalue() == ""


def test_a_terminal_that_went_away_stops_nothing() -> None:
    with Progress(stream=DeadTerminal()) as progress:
        progress.show("deciding", 1)
        progress.show("deciding", 2)


def test_an_unknown_total_has_no_bar_and_more_than_all_is_all() -> None:
    assert line("deciding", 3, 0) == "deciding  3"
    assert line("deciding", 9, 4).startswith("deciding  [########################]")
