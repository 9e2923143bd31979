"""What the author of a map wrote: YAML with positions, shapes, expressions. Pydantic lives on this floor only."""
