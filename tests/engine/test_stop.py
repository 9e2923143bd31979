"""A clean stop: asked for once it is a wish, asked for twice it is what it was before."""

import os
import signal

import pytest

from syncengine.engine.stop import Stop


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_asks_to_stop_and_is_then_what_it_was(number: signal.Signals) -> None:
    heard: list[int] = []
    before = signal.signal(number, lambda *_: heard.append(1))
    try:
        with Stop() as stop:
            assert _asked(stop) is False
            os.kill(os.getpid(), number)
            assert _asked(stop) is True
            assert heard == []
            os.kill(os.getpid(), number)
            assert heard == [1]
        os.kill(os.getpid(), number)
        assert heard == [1, 1]
    finally:
        signal.signal(number, before)


def _asked(stop: Stop) -> bool:
    return stop.asked
