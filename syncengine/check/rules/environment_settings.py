"""An environment leaves a system or a required setting out, or has one that the connector does not know.

Why: a misspelled setting would be ignored, and a default used that nobody chose.
Remedy: correct the name; add what is missing.
"""

from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.environment import EnvironmentSpec
from syncengine.spec.map import environment_file
from syncengine.spec.near import did_you_mean
from syncengine.vocabulary import Severity

ID: Final = "environment/settings"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# environments/local.yaml
billing: {secret_key: "env:BILLING_KEY", address: "http://localhost:8420"}
"""
FAILS: Final = """
# environments/local.yaml
billing: {secret_kye: "env:BILLING_KEY"}
"""


def check(context: Context) -> Iterator[Finding]:
    for name, environment in context.spec.environments.items():
        file = environment_file(name)
        for system in context.spec.systems:
            if system in environment.systems:
                yield from _settings(context, file, environment, system)
            else:
                message = f"the environment {name} does not say where {system} is"
                yield found(ID, message, f"Add {system}.", context.spec.key_place(file, ()), (system,))


def _settings(context: Context, file: str, environment: EnvironmentSpec, system: str) -> Iterator[Finding]:
    description = context.descriptions.get(context.spec.systems[system].connector)
    if description is None:
        return
    given = environment.systems[system].settings
    for setting in given:
        if setting not in description.settings:
            path = (system, setting)
            message = f"the connector {description.connector} has no setting {setting}"
            remedy = did_you_mean(setting, description.settings, otherwise="Remove it.")
            yield found(ID, message, remedy, context.spec.key_place(file, path), path)
    for setting in description.required_settings:
        if setting not in given:
            message = f"{system} needs the setting {setting}"
            about = description.settings.get(setting, "")
            place = context.spec.key_place(file, (system,))
            yield found(ID, message, f"Add {setting}: {about}", place, (system, setting))
