"""One file a rule: what it says, why, what to do, an example that passes and one that fails."""
