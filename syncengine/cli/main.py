"""The group of commands. A command's module is imported when the command is called, and not before: `--help` and a
mistyped name cost no more than click itself.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Final

import click

from syncengine import __version__
from syncengine.cli import options

COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "init": ("syncengine.cli.init", "Write a small map to start from, that validates and runs."),
    "validate": ("syncengine.cli.validate", "Check a map: every mistake with its place and its remedy."),
    "fmt": ("syncengine.cli.fmt", "Lay out map files alike, without changing what they say."),
    "explain": ("syncengine.cli.explain", "A rule's page; or who owns, writes and sees something."),
    "ingest": ("syncengine.cli.ingest", "Take in captured deliveries from files."),
    "run": ("syncengine.cli.run", "Do what is due, and exit."),
    "phase": ("syncengine.cli.phase", "Show how far each write set is let go, and move one by a step."),
    "pause": ("syncengine.cli.pause", "Stop the writes of a set, flow, object or system, at once."),
    "resume": ("syncengine.cli.resume", "End a pause; what gathered meanwhile goes in order."),
    "erase": ("syncengine.cli.erase", "Take out of the ledger what it knows of a person or company."),
    "legal-hold": ("syncengine.cli.legal_hold", "Keep somebody from being erased, for as long as the law asks."),
    "dlq": ("syncengine.cli.dlq", "List and show the dead letters: what failed, how often, and why."),
    "trace": ("syncengine.cli.trace", "The chain around any id of any system, in both directions."),
    "audit": ("syncengine.cli.audit", "Verify the audit trail."),
    "doctor": ("syncengine.cli.doctor", "Look at all that a run needs, and change nothing."),
}
"""By name, in the order of `--help`: the module that has the command as `command`, and its one-line help."""


class Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name][0]).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            raise click.UsageError(f"There is no command '{name}'.{_near(name)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


def _near(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, COMMANDS, n=1)
    return f" Did you mean '{near[0]}'?" if near else ""


@click.command(
    cls=Commands,
    name="syncengine",
    no_args_is_help=False,
    params=options.everywhere(),
    help="Keep the systems of quote-to-cash in step, by an ownership map in YAML.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)
@click.version_option(__version__, prog_name="syncengine", message="%(prog)s %(version)s")
def cli(**_said: object) -> None:
    """What is said before the command's name is only taken down: `options.SharedOption` finds it again."""
