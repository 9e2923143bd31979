"""What every adapter must do, as checks that run against a real one: ours, and those of other packages.

Each check is a function of a rig that returns when the adapter conforms, and raises NonconformingError when it does
not; its docstring is the rule. Each wants a rig of its own: an opened adapter on an empty record type.
"""

from syncengine.connectors.conformance.expect import NonconformingError
from syncengine.connectors.conformance.intake import INTAKE_CHECKS
from syncengine.connectors.conformance.read import READER_CHECKS
from syncengine.connectors.conformance.rig import IntakeRig, ReaderRig, WriterRig
from syncengine.connectors.conformance.write import READ_BACK_CHECKS, WRITER_CHECKS

__all__ = [
    "INTAKE_CHECKS",
    "READER_CHECKS",
    "READ_BACK_CHECKS",
    "WRITER_CHECKS",
    "IntakeRig",
    "NonconformingError",
    "ReaderRig",
    "WriterRig",
]
