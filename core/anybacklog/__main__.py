"""The command line: `anybacklog`, or `python -m anybacklog`."""

from __future__ import annotations

import sys

from anybacklog import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> NoReturn:
    """Run the process's command line and exit; the version alone is told before anything is loaded."""
    if sys.argv[1:] == ["--version"]:
        try:
            print(f"anybacklog {__version__}", flush=True)  # noqa: T201  # the console is not loaded yet
        except OSError:
            pass  # the command line tells what is wrong with the standard output
        else:
            sys.exit()
    from anybacklog.cli.main import main as command_line

    command_line()


if __name__ == "__main__":
    main()
