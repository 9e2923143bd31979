"""A credential stands in an environment file itself. Its value is not shown here.

Why: maps are kept in git, and git forgets nothing.
Remedy: put the value where only the engine reads it, and name that place: env:NAME or file:/path. Then change the
credential: it has been seen.
"""

import re
from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.model.capability import Description
from syncengine.model.finding import Finding
from syncengine.spec.literal import is_secret_reference
from syncengine.spec.map import environment_file
from syncengine.vocabulary import Severity

ID: Final = "secrets/literal"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# environments/local.yaml
billing: {secret_key: "env:BILLING_KEY"}
"""
FAILS: Final = """
# environments/local.yaml
billing: {secret_key: "sk_live_0123456789abcdef"}
"""
_LOOKS_SECRET: Final = re.compile(
    r"\b(?:sk|rk|pk)_(?:live|test)_|\bwhsec_|\bAKIA[0-9A-Z]{16}|\bxox[abprs]-|\bgh[pousr]_|-----BEGIN"
    r"|^[A-Za-z][A-Za-z0-9+.-]*://[^/@:\s]*:[^/@\s]+@"
)


def check(context: Context) -> Iterator[Finding]:
    for name, environment in context.spec.environments.items():
        for system, connection in environment.systems.items():
            spec = context.spec.systems.get(system)
            description = None if spec is None else context.descriptions.get(spec.connector)
            for setting, value in connection.settings.items():
                if _is_literal(description, setting, value):
                    path = (system, setting)
                    message = f"{setting} of {system} holds a credential itself"
                    remedy = "Write env:NAME or file:/path, and change the credential that stood here."
                    yield found(ID, message, remedy, context.spec.place(environment_file(name), path), path)


def _is_literal(description: Description | None, setting: str, value: str) -> bool:
    if is_secret_reference(value):
        return False
    declared = description is not None and setting in description.secret_settings
    return declared or _LOOKS_SECRET.search(value) is not None
