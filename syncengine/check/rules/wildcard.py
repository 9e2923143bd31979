"""A grant, gate or clearance says `all`, `*` or nothing where names belong.

Why: a reviewer must see on the line itself what it permits; a wildcard grows with every field that is added later.
Remedy: name each one.
"""

from typing import Final

from syncengine.check.rule import by_shape as check
from syncengine.vocabulary import Severity

ID: Final = "authority/wildcard"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# systems.yaml
crm: {cleared_for: [public, internal, financial, pii]}
"""
FAILS: Final = """
# systems.yaml
crm: {cleared_for: ["*"]}
"""

__all__ = ["FAILS", "ID", "PASSES", "SEVERITY", "check"]
