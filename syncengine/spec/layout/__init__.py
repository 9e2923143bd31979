"""How a map file is laid out: blanks, indentation and line breaks, and never what it says."""
