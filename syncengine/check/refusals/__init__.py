"""What the reader and the shapes of the files refuse: one page each. A map with one of these is not judged further."""
