"""`syncengine` and `python -m syncengine`: the same door."""

import sys

from syncengine.cli.door import door
from syncengine.cli.main import cli


def main() -> None:
    sys.exit(door(cli, sys.argv[1:]))


if __name__ == "__main__":
    main()
