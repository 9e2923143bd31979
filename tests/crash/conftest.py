from tests.quickstart.conftest import truth

__all__ = ["truth"]
