"""A small aligned table: columns as wide as their widest cell, two blanks between them."""

from collections.abc import Collection, Sequence


def table(rows: Sequence[Sequence[object]], *, right: Collection[int] = (), indent: int = 0) -> str:
    """One line a row, without a line break at the end. `right`: columns whose cells end in line (numbers)."""
    cells = [[str(cell) for cell in row] for row in rows]
    columns = max(map(len, cells), default=0)
    widths = [max((len(row[n]) for row in cells if n < len(row)), default=0) for n in range(columns)]
    return "\n".join(" " * indent + _line(row, widths, right) for row in cells)


def _line(row: Sequence[str], widths: Sequence[int], right: Collection[int]) -> str:
    placed = (cell.rjust(widths[n]) if n in right else cell.ljust(widths[n]) for n, cell in enumerate(row))
    return "  ".join(placed).rstrip()
