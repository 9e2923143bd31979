"""How a ledger is doing, for whoever looks at it without changing a byte of it."""
