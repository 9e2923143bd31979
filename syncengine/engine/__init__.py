"""The shell: the only place where judgement, hands and clock meet. It is a set of steps; each has at most one effect."""
