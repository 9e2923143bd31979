"""A map that was read is judged as a whole: rules give findings, and what passes is resolved for the compiler."""
