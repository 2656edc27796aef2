"""The console script: parse, call, and turn whatever happens into an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

from anybacklog.cli import console, outcome
from anybacklog.cli.everywhere import Invocation
from anybacklog.cli.lazy import LazyGroup

SUMMARIES = {
    "demo": "Try the main job on embedded trackers; no account needed.",
    "backends": "List the kinds of tracker a URL can name.",
    "plugins": "List the plugins in use, and those skipped.",
    "connections": "List named connections and where their keys come from.",
    "doctor": "Say what is wrong: here, in the configuration, at a tracker.",
    "login": "Log in at a service in the browser.",
    "logout": "Forget a login.",
    "ls": "List tickets.",
    "show": "Show a ticket with its comments and attachments.",
    "create": "Create a ticket.",
    "edit": "Change a ticket.",
    "comment": "Comment on a ticket.",
    "attach": "Put files at a ticket.",
    "download": "Download the files of a ticket.",
    "rm": "Delete a ticket.",
    "plan": "Say how a migration would go, in a file to edit.",
    "migrate": "Copy every ticket of SOURCE to TARGET, exactly once.",
    "verify": "Compare what was migrated with its source.",
    "repair": "Mend what differs from its source; settle what is held.",
    "rollback": "Delete what was migrated to TARGET, and nothing else.",
    "completion": "Print the script that completes commands in a shell.",
}
HELP = """One interface to every issue tracker, and a migration between any two of them that loses and doubles nothing.

A tracker is named by a URL such as nulab://example.backlog.com/PROJ or sqlite:///tickets.db, or by the name of a
connection in the configuration file. `anybacklog backends` lists what there is."""
EPILOG = """\b
Examples:
  anybacklog demo
  anybacklog ls sqlite:///tickets.db --status open
  anybacklog migrate nulab://example.backlog.com/PROJ sqlite:///copy.db

Exit codes: 0 done, 1 refused or failed, 2 usage or configuration, 3 credentials or permission, 4 stopped part-way (run
it again), 130 interrupted."""


def root() -> LazyGroup:
    """Build the command `anybacklog`."""
    return LazyGroup("anybacklog", summaries=SUMMARIES, help=HELP, epilog=EPILOG)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line (default: the process's) and give its exit code."""
    console.prepare()
    invocation = Invocation()
    with invocation.ends:
        return outcome.told(invocation, lambda: _called(invocation, arguments))


def main() -> NoReturn:
    """Run the process's command line and exit."""
    sys.exit(run())


def _called(invocation: Invocation, arguments: Sequence[str] | None) -> int:
    args = list(sys.argv[1:] if arguments is None else arguments)
    asked = root().main(args, prog_name="anybacklog", standalone_mode=False, obj=invocation)
    sys.stdout.flush()
    return asked if isinstance(asked, int) else 0
