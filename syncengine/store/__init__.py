"""The ledger: everything that must survive, behind one Protocol. Knows the nouns, and nothing of maps and plans."""
