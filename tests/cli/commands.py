"""Every command of the register with words that get it as far as its callback."""

from collections.abc import Mapping
from typing import Final

import click

from syncengine.cli.main import COMMANDS, cli

WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "init": ("init",),
    "validate": ("validate",),
    "fmt": ("fmt",),
    "explain": ("explain", "gate/weak-pass"),
    "ingest": ("ingest", "billing", "deliveries.jsonl", "--environment", "local"),
    "run": ("run", "--environment", "local"),
    "phase": ("phase", "show"),
    "pause": ("pause", "set:crm"),
    "resume": ("resume", "set:crm"),
    "erase": ("erase", "cus_1", "--reason", "asked for"),
    "legal-hold": ("legal-hold", "list"),
    "dlq": ("dlq", "list"),
    "trace": ("trace", "evt_1"),
    "audit": ("audit", "verify"),
    "doctor": ("doctor", "--environment", "local"),
}

INCOMPLETE: Final[Mapping[str, tuple[str, ...]]] = {
    "init": ("init", "--format"),
    "validate": ("validate", "--maps"),
    "fmt": ("fmt", "--maps"),
    "explain": ("explain", "--maps"),
    "ingest": ("ingest", "--environment", "local"),
    "run": ("run",),
    "phase": ("phase",),
    "pause": ("pause",),
    "resume": ("resume",),
    "erase": ("erase",),
    "legal-hold": ("legal-hold",),
    "dlq": ("dlq",),
    "trace": ("trace",),
    "audit": ("audit",),
    "doctor": ("doctor",),
}
"""The same with something missing that the command cannot do without."""


def leaf(name: str) -> click.Command:
    """The command whose callback the words reach."""
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    for word in WORDS[name][1:]:
        if isinstance(command, click.Group):
            command = command.commands[word]
    return command


__all__ = ["COMMANDS", "INCOMPLETE", "WORDS", "leaf"]
