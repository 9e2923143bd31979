"""Writes every bad map and its good twin as folders, to be looked at with `syncengine validate`.

python -m tests.specs.bad FOLDER
"""

import sys
from pathlib import Path

from tests.specs.bad.case import cases, write


def main(folder: Path) -> None:
    lines = []
    for case in cases():
        write(folder / case.name / "bad", case.bad)
        write(folder / case.name / "good", case.good)
        place = case.expected
        lines.append(f"{case.name}  {case.rule}  {place.file}:{place.line}:{place.column}")
    (folder / "expected.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} bad maps and their good twins are in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
