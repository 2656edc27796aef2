"""`python -m anybacklog` is the command line."""

from __future__ import annotations

from anybacklog.cli.main import main

if __name__ == "__main__":
    main()
