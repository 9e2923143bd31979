"""News as lines: text for people, JSON for programs. Values are shown as the view shows their class."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from syncengine.clock import to_text
from syncengine.evidence.mask import escape
from syncengine.evidence.view import PlanView, Seen
from syncengine.model.news import News

FORMS: Final = ("text", "json")
_NAMES: Final = ("system", "flow", "record", "key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """Hears news and writes lines, without their ends. `form` is text or json."""

    view: PlanView
    write: Callable[[str], None]
    form: str

    def __call__(self, news: News) -> None:
        self.write(self._object(news) if self.form == "json" else " ".join(self._words(news)))

    def _changes(self, news: News) -> Iterator[tuple[str, str, Seen]]:
        """(place, field, value) of everything that the news is about."""
        for place, value in news.places.items():
            name, klass = self.view.place(news.flow, place)
            yield place, name, self.view.seen(value, klass)

    def _asked(self, news: News) -> Seen | None:
        if news.value is None:
            return None
        klass = self.view.class_of(news.object, news.flow, news.field, news.value)
        return self.view.seen(news.value, klass)

    def _words(self, news: News) -> Iterator[str]:
        yield to_text(news.at)
        yield news.type.value
        for name in _NAMES:
            if getattr(news, name):
                yield f"{name}={_word(getattr(news, name))}"
        for place, _, seen in self._changes(news):
            yield f"{_word(place)}={_word(seen.text)}"
        if news.field:
            asked = self._asked(news)
            yield f"field={news.field}" if asked is None else f"{news.field}={_word(asked.text)}"
        if news.why:
            yield f"why={_word(news.why)}"

    def _object(self, news: News) -> str:
        said: dict[str, Any] = {"type": news.type.value, "at": to_text(news.at)}
        said |= {name: getattr(news, name) for name in (*_NAMES, "field", "why") if getattr(news, name)}
        asked = self._asked(news)
        if asked is not None:
            said["value"] = _data(asked)
        changes = [{"place": place, "field": name, **_data(seen)} for place, name, seen in self._changes(news)]
        if changes:
            said["changes"] = changes
        return json.dumps(said, default=str)


def _data(seen: Seen) -> dict[str, Any]:
    return {"text": seen.text, "value": seen.value, "masked": seen.masked}


def _word(text: str) -> str:
    """One word, harmless on every line: what has blanks or could be taken for a next word is quoted."""
    shown = escape(text)
    plain = shown and not any(c in ' ="' for c in shown)
    return shown if plain else json.dumps(shown, ensure_ascii=False)
