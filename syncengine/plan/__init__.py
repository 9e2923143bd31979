"""The compiled map: frozen, complete, and the same on every run and machine."""
