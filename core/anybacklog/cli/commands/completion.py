"""`anybacklog completion`: click's own completion, as a script."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from anybacklog.cli import console
from anybacklog.cli.everywhere import Command

EPILOG = """\b
Put one of these lines into the shell's start-up file:
  bash   eval "$(anybacklog completion bash)"        in ~/.bashrc
  zsh    eval "$(anybacklog completion zsh)"         in ~/.zshrc
  fish   anybacklog completion fish | source         in ~/.config/fish/config.fish"""


@click.command("completion", cls=Command, epilog=EPILOG)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script that lets a shell complete commands, options and files."""
    completion = get_completion_class(shell)
    assert completion is not None  # the choice above names only those click has
    console.write(completion(ctx.find_root().command, {}, "anybacklog", "_ANYBACKLOG_COMPLETE").source())
