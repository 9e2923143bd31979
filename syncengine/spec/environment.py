"""environments/NAME.yaml: where the systems of one environment are. It can never hold authority."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints, model_validator

from syncengine.spec.literal import Name
from syncengine.spec.shape import Shape, wrong
from syncengine.vocabulary import Environment

SettingName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


_AUTHORITY: Final = frozenset(
    {
        "approved_by",
        "authority",
        "ceiling",
        "cleared_for",
        "connector",
        "fields",
        "flows",
        "gates",
        "grants",
        "kind",
        "may",
        "needs",
        "objects",
        "owner",
        "stops",
    }
)
_NOT_SETTINGS: Final = ("environment", "names")


class Connection(Shape):
    """One system: `environment`, and settings of its connector. In the file both stand side by side."""

    environment: Annotated[Environment, Field(strict=False)] = Field(
        default=Environment.PRODUCTION, description="What kind of installation this is.", examples=["sandbox"]
    )
    settings: dict[SettingName, str] = Field(
        default={}, description="A setting of the connector; a secret only as env:NAME or file:/path.",
        examples=[{"secret_key": "env:STRIPE_SECRET_KEY"}],
    )

    @model_validator(mode="before")
    @classmethod
    def _apart(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        authority = sorted(_AUTHORITY.intersection(value))
        if authority:
            raise wrong(
                f"{authority[0]} is not an environment's to say",
                remedy="Move it to authority.yaml, systems.yaml or the object.",
                rule="environment/authority",
                key=authority[0],
            )
        own = {name: held for name, held in value.items() if name in _NOT_SETTINGS}
        return {**own, "settings": {name: held for name, held in value.items() if name not in _NOT_SETTINGS}}

    @classmethod
    def written(cls, mapping: dict[str, Any]) -> dict[str, Any]:
        keys = dict(mapping["properties"])
        settings = keys.pop("settings")
        never = sorted(_AUTHORITY.union(_NOT_SETTINGS).difference(keys))
        value = {**settings["additionalProperties"], "description": settings["description"]}
        names = {**settings["propertyNames"], "not": {"enum": never}}
        return {**mapping, "properties": keys, "additionalProperties": value, "propertyNames": names}


class EnvironmentSpec(Shape):
    """One environment file: systems by name, and what its ledger starts at."""

    starts_at: Literal["ceiling"] | None = Field(
        default=None,
        description="The ledger of this environment starts at every write set's ceiling; all-local environments only.",
        examples=["ceiling"],
    )
    systems: dict[Name, Connection] = Field(
        description="Connections by system.", examples=[{"stripe": {"environment": "local", "drop_folder": "../inbox"}}]
    )

    @model_validator(mode="before")
    @classmethod
    def _apart(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        systems = {name: held for name, held in value.items() if name != "starts_at"}
        own = {"starts_at": value["starts_at"]} if "starts_at" in value else {}
        return {**own, "systems": systems}

    @classmethod
    def written(cls, mapping: dict[str, Any]) -> dict[str, Any]:
        keys = dict(mapping["properties"])
        systems = keys.pop("systems")
        rest = {name: held for name, held in mapping.items() if name != "required"}
        return {**rest, **systems, "properties": keys}

    @property
    def all_local(self) -> bool:
        return all(c.environment is Environment.LOCAL for c in self.systems.values())
