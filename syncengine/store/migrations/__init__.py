"""Migrations of the ledger, forward only; they travel in the wheel."""
