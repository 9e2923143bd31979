"""Conversions, one file per family of types. The table of all of them stands in `plan.conversion`."""
