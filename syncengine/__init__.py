"""A declarative sync engine driven by YAML ownership maps."""

__version__ = "0.1.0"
