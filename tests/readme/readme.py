"""The README as a program: its command blocks, what it shows of their output, and the counts that it states."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from syncengine.vocabulary import ActionState, Fate, FlowResult

_FENCE: Final = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SETUP: Final = re.compile(r"^\s*(?:\S*python[\d.]* -m (?:venv|pip install)|\S*pip install|git clone|cd)\b")
_EXITS: Final = re.compile(r"#\s*exits (\d+)\s*$")
_SHELLS: Final = ("console", "sh", "bash", "shell")
_COUNTED: Final = (
    *(word.replace("_", " ") for kind in (Fate, FlowResult, ActionState) for word in kind),
    *("new", "files", "readings", "conflicts", "reviews", "already processed"),
)
_WORD: Final = "|".join(sorted((re.escape(word) for word in _COUNTED), key=len, reverse=True))
_NUMBER: Final = r"\d{1,3}(?:,\d{3})+|\d+"
_WORD_FIRST: Final = re.compile(rf"\b({_WORD})\b[\s|:*`]*\b({_NUMBER})\b", re.IGNORECASE)
_NUMBER_FIRST: Final = re.compile(rf"\b({_NUMBER})[ *`]+({_WORD})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Command:
    """One command line. `shown` is the output that the README shows for it ("" for none), `code` how it ends."""

    line: str
    shown: str = ""
    code: int = 0

    @property
    def without_setup(self) -> str:
        """The line without the parts that make and fill a virtual environment, or fetch the project."""
        return " && ".join(part.strip() for part in self.line.split("&&") if not _SETUP.match(part))


def commands(readme: str) -> list[Command]:
    """In their order.

    In a console block with prompts ("$ "), the other lines are output. A text or JSON block right after a command
    block shows the output of its last command.
    """
    found: list[Command] = []
    end = 0
    for block in _FENCE.finditer(readme):
        language, body = block.groups()
        if language == "console" and re.search(r"^\$ ", body, re.MULTILINE):
            found += _console(body)
        elif language in _SHELLS:
            found += [_command(line) for line in _joined(body) if not line.startswith("#")]
        elif language in ("text", "json") and found and not readme[end : block.start()].strip():
            found[-1] = Command(found[-1].line, body, found[-1].code)
        end = block.end()
    return found


def _command(line: str, shown: str = "") -> Command:
    code = _EXITS.search(line)
    return Command(_EXITS.sub("", line).strip(), shown, int(code.group(1)) if code else 0)


def _console(body: str) -> Iterator[Command]:
    """Lines after "$ " are commands, the others what the last one prints."""
    line, shown = "", ""
    for text in _joined(body):
        if text.startswith("$ "):
            if line:
                yield _command(line, shown)
            line, shown = text.removeprefix("$ "), ""
        else:
            shown += text + "\n"
    if line:
        yield _command(line, shown)


def _joined(body: str) -> list[str]:
    """Lines, those that end in a backslash together with the next one."""
    return [line for line in re.sub(r"\\\n\s*", "", body).splitlines() if line.strip()]


def counts(text: str) -> set[tuple[str, int]]:
    """Every count of ours in a text, in whatever order: "settled 71", "71 settled", "| settled | 71 |"."""
    pairs = [(word, number) for word, number in _WORD_FIRST.findall(text)]
    pairs += [(word, number) for number, word in _NUMBER_FIRST.findall(text)]
    return {(word.lower(), int(number.replace(",", ""))) for word, number in pairs}


def prose(readme: str) -> str:
    """The README without its blocks of code."""
    return _FENCE.sub("", readme)
