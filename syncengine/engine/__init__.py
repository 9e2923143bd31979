"""The shell: the only place where judgement, hands and clock meet: steps, each with at most one effect."""
