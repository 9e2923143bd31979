"""The pure heart: what should happen, given what is known. It computes and never acts; the engine consumes it."""
