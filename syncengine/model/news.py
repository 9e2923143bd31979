"""What happened just now, for whoever wants to hear of it at once. The ledger tells the same, later and in full."""

from dataclasses import dataclass
from dataclasses import field as made_by
from datetime import datetime

from syncengine.model.value import Json, Places
from syncengine.vocabulary import NewsType


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Values are as they are: whoever tells them masks them. What a piece of news does not have is empty.

    `record` is the record's id where it was born (or where it is read), `key` the action's; `places` what the action
    writes there. `object` and `field` say whose `value` a person is to look at.
    """

    type: NewsType
    at: datetime
    why: str = ""
    system: str = ""
    flow: str = ""
    record: str = ""
    key: str = ""
    places: Places = made_by(default_factory=dict)
    object: str = ""
    field: str = ""
    value: Json = None
