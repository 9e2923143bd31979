"""The truth sentence leaves out a system with a flow, or calls one an owner that owns nothing.

Why: the sentence is what people read instead of the map; it must say the same.
Remedy: name every system that has a flow, and the owners as owners.
"""

import re
from collections.abc import Iterator
from typing import Final

from syncengine.check.context import Context, FlowView
from syncengine.check.rule import found
from syncengine.model.finding import Finding
from syncengine.spec.map import object_file
from syncengine.spec.object import ObjectSpec
from syncengine.vocabulary import Severity

ID: Final = "truth/disagrees"
SEVERITY: Final = Severity.ERROR
PASSES: Final = """
# objects/account.yaml
truth: Billing owns accounts; the CRM only displays them.
"""
FAILS: Final = """
# objects/account.yaml
truth: Billing owns accounts.
"""


def check(context: Context) -> Iterator[Finding]:
    for subject in context.spec.objects.values():
        for message, remedy in _problems(subject, context.flows_of(subject.object)):
            place = context.spec.place(object_file(subject.object), ("truth",))
            yield found(ID, message, remedy, place, ("truth",))


def _problems(subject: ObjectSpec, flows: tuple[FlowView, ...]) -> Iterator[tuple[str, str]]:
    words = _words(subject.truth)
    for system in dict.fromkeys(flow.system_name for flow in flows):
        if not _starts(words, _words(system)):
            message = f"the truth sentence does not name {system}, which has a flow"
            yield message, f"Say what {system} does with {subject.object}."
        elif _called_owner(words, _words(system)) and not _owns(subject, system):
            message = f"the truth sentence calls {system} an owner, and it owns nothing here"
            yield message, "Correct the sentence, or the owner of a field."


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def _starts(words: list[str], name: list[str]) -> list[int]:
    """Where the words of a name stand one after the other."""
    return [at for at in range(len(words) - len(name) + 1) if words[at : at + len(name)] == name]


def _called_owner(words: list[str], name: list[str]) -> bool:
    return any(words[at + len(name) : at + len(name) + 1] in (["own"], ["owns"]) for at in _starts(words, name))


def _owns(subject: ObjectSpec, system: str) -> bool:
    return system == subject.system_of_record or any(subject.owner_of(name) == system for name in subject.fields)
