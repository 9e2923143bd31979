"""An environment file says something about authority, or starts at the ceiling where not all systems are local.

Why: what may be written is decided in one file that people review; an environment only says where systems are.
Remedy: move it to authority.yaml, systems.yaml or the object; leave `starts_at` out.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.map import environment_file
from syncengine.vocabulary import Environment, Severity

ID: Final = "environment/authority"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# environments/local.yaml
starts_at: ceiling
"""
FAILS: Final = """
# environments/local.yaml
crm: {environment: sandbox}
"""


def check(context: Context) -> Iterator[Finding]:
    for name, environment in context.spec.environments.items():
        away = [s for s, c in environment.systems.items() if c.environment is not Environment.LOCAL]
        if environment.starts_at is None or not away:
            continue
        place = context.spec.key_place(environment_file(name), ("starts_at",))
        message = f"only an environment whose systems are all local may start at the ceiling, and {away[0]} is not"
        yield found(ID, message, "Remove `starts_at`.", place, ("starts_at",))
