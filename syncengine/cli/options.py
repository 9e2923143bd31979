"""Options that several commands share, accepted before the command's name and after it; after it wins.

A command takes those it uses as decorators: `environment`, `maps`, `state`, `form` (--format; or `form_github`, where
annotations make sense), `quiet`, `no_color`, `log_format`, `actor`, `reason`. The parameter has the decorator's name
(`form` for both), but for --no-color, which needs none. `maps` is a Path.

Every command pays for what is imported here at the top, `--help` included.
"""

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from pathlib import Path

F = TypeVar("F", bound=Callable[..., Any])
Decorator = Callable[[F], F]


class SharedOption(click.Option):
    """Takes over what was said before the command's name when nothing was said after it."""

    def consume_value(self, ctx: click.Context, opts: Mapping[str, Any]) -> tuple[Any, ParameterSource]:
        value, source = super().consume_value(ctx, opts)
        outer = ctx.parent
        while source is not ParameterSource.COMMANDLINE and outer is not None:
            if self.name and outer.get_parameter_source(self.name) is ParameterSource.COMMANDLINE:
                return outer.params[self.name], ParameterSource.COMMANDLINE
            outer = outer.parent
        return value, source


def state_url(text: str) -> str:
    """The ledger's URL; `env:NAME` names the variable that holds it, so that a password is on no command line."""
    if not text.startswith("env:"):
        return text
    name = text.removeprefix("env:")
    found = os.environ.get(name, "")
    if not found:
        from syncengine.errors import UserError

        raise UserError(
            f"--state names the variable {name}, and it is not set",
            remedy=f"Set {name} to the ledger's URL, such as sqlite:////var/lib/syncengine/state.db.",
            rule="usage/state",
        )
    return found


def operating_user() -> str:
    """user@host of the operating system."""
    import getpass
    import platform

    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # no such user here, as in some containers
        user = f"uid-{os.getuid()}"
    return f"{user}@{platform.node() or 'localhost'}"


def unauthenticated(name: str) -> str:
    """An actor as the audit trail knows him: whoever types a name on a command line has proved nothing."""
    return f"{os.fsencode(name).decode(errors='backslashreplace')} (unauthenticated)"


def _maps(_ctx: click.Context, _param: click.Parameter, value: str) -> "Path":
    from pathlib import Path

    return Path(value)


def _state(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    return state_url(value)


def _actor(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str:
    return unauthenticated(value or operating_user())


def _color(ctx: click.Context, _param: click.Parameter, value: bool) -> bool:
    if value or os.environ.get("NO_COLOR"):
        ctx.color = False
    return value


_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "environment": ("--environment",),
    "maps": ("--maps",),
    "state": ("--state",),
    "form": ("--format", "form"),
    "form_github": ("--format", "form"),
    "quiet": ("--quiet",),
    "no_color": ("--no-color",),
    "log_format": ("--log-format",),
    "actor": ("--actor",),
    "reason": ("--reason",),
}

_LOOKS: Final[Mapping[str, Mapping[str, Any]]] = {
    "environment": {"metavar": "NAME", "help": "The environment to act in: a file of the map's environments folder."},
    "maps": {"metavar": "DIR", "help": "The folder of the ownership map."},
    "state": {"metavar": "URL", "help": "The ledger: an SQLAlchemy URL, or env:NAME. Never printed."},
    "form": {"type": click.Choice(["text", "json"]), "help": "How results are shown."},
    "form_github": {"type": click.Choice(["text", "json", "github"]), "help": "How results are shown."},
    "quiet": {"is_flag": True, "help": "Show neither progress nor summary."},
    "no_color": {"is_flag": True, "help": "Show no colours (as NO_COLOR does)."},
    "log_format": {"type": click.Choice(["text", "json"]), "help": "Tell on stderr what happens, a line each."},
    "actor": {"metavar": "NAME", "help": "Who does this. Default: the operating system's user@host."},
    "reason": {"metavar": "TEXT", "help": "Why this is done; kept in the audit trail."},
}
"""What an option looks like in both places."""

_MEANS: Final[Mapping[str, Mapping[str, Any]]] = {
    "environment": {"required": True, "envvar": "SYNCENGINE_ENVIRONMENT", "show_envvar": True},
    "maps": {
        "default": "mappings",
        "show_default": True,
        "envvar": "SYNCENGINE_MAPS",
        "show_envvar": True,
        "callback": _maps,
    },
    "state": {
        "default": "sqlite:///.syncengine/state.db",
        "show_default": True,
        "envvar": "SYNCENGINE_STATE",
        "show_envvar": True,
        "callback": _state,
    },
    "form": {"default": "text", "show_default": True},
    "form_github": {"default": "text", "show_default": True},
    "quiet": {},
    "no_color": {"callback": _color, "expose_value": False},
    "log_format": {},
    "actor": {"callback": _actor},
    "reason": {"default": ""},
}
"""What it means to the command. Before the command's name an option is only taken down."""


def _shared(name: str) -> Decorator[F]:
    return click.option(*_NAMES[name], cls=SharedOption, **_LOOKS[name], **_MEANS[name])


def everywhere() -> list[click.Parameter]:
    """All shared options, as they stand before a command's name: there --format takes what any command takes."""
    return [click.Option(list(names), **_LOOKS[name]) for name, names in _NAMES.items() if name != "form"]


environment: Final[Decorator[Any]] = _shared("environment")
maps: Final[Decorator[Any]] = _shared("maps")
state: Final[Decorator[Any]] = _shared("state")
form: Final[Decorator[Any]] = _shared("form")
form_github: Final[Decorator[Any]] = _shared("form_github")
quiet: Final[Decorator[Any]] = _shared("quiet")
no_color: Final[Decorator[Any]] = _shared("no_color")
log_format: Final[Decorator[Any]] = _shared("log_format")
actor: Final[Decorator[Any]] = _shared("actor")
reason: Final[Decorator[Any]] = _shared("reason")
