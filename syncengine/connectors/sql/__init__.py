"""Any SQL database: its tables as sources and targets, by SQLAlchemy URL."""

from collections.abc import Mapping
from datetime import timedelta

from syncengine.connectors.protocol import Adapter, Reading, Setup
from syncengine.model.capability import Description, Operation
from syncengine.vocabulary import DeliveryClass

READINGS: Mapping[tuple[str, str], Reading] = {}
_UPSERT = Operation(
    klass=DeliveryClass.B,
    batch=1000,
    settle=timedelta(seconds=2),
    known_by="independent",
    note="one transaction on locked rows, on condition that they show the before-image; the key needs a unique index; "
    "proved on SQLite and PostgreSQL",
)
DESCRIPTION: Description = Description(
    connector="sql",
    kinds=("billing", "crm", "support", "erp", "compliance", "warehouse", "vault"),
    operations={
        "create": _UPSERT,
        "update": _UPSERT,
        "read": Operation(known_by="independent", note="by primary key or version column; deletes are not seen"),
    },
    settings={
        "address": "SQLAlchemy URL: sqlite:///FILE (relative to the folder of the maps) or postgresql://HOST/DATABASE",
        "password": "the user's password",
        "user": "the database user",
    },
    required_settings=("address",),
    secret_settings=("password", "user"),
    time="native",
    resolution=timedelta(seconds=1),
)


def open(setup: Setup) -> Adapter:  # noqa: A001
    """Raises UserError for an address that is none, or whose driver is not installed."""
    from syncengine.connectors.sql.database import Database
    from syncengine.connectors.sql.examine import SqlExaminer
    from syncengine.connectors.sql.look import SqlInspector
    from syncengine.connectors.sql.read import SqlReader
    from syncengine.connectors.sql.write import SqlWriter

    database = Database(setup)
    return Adapter(
        description=DESCRIPTION,
        reader=SqlReader(database, setup.clock),
        inspector=SqlInspector(database),
        examiner=SqlExaminer(database),
        open_writer=lambda: SqlWriter(database, setup.clock),
        close=database.close,
    )
