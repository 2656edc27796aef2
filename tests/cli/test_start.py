"""Starting: what is imported, what is listed, what is refused."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from anybacklog import __version__
from anybacklog.cli.main import SUMMARIES

if TYPE_CHECKING:
    from tests.cli.conftest import Call

HELLO = '''
import click
from anybacklog.plugin import CommandSpec, hookimpl

def load():
    @click.command()
    @click.argument("name")
    def hello(name):
        """Say hello."""
        click.echo(f"hello {name}")
        return 7
    return hello

@hookimpl
def anybacklog_commands():
    yield CommandSpec(name="hello", help="Say hello.", load=load)
'''


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_and_version_import_nothing_heavy(argument: str) -> None:
    program = f"""
import sys
from anybacklog.cli.main import run
assert run([{argument!r}]) == 0
heavy = {{"requests", "marshmallow", "sqlalchemy", "rich", "pluggy", "jinja2"}} & set(sys.modules)
sys.exit(f"imported {{heavy}}" if heavy else 0)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert "anybacklog" in done.stdout


def test_the_version_alone_is_told_before_the_command_line_is_loaded() -> None:
    program = """
import sys
from anybacklog.__main__ import main
try:
    main()
except SystemExit as left:
    assert not left.code
assert not {"click", "typing"} & set(sys.modules)
"""
    command = [sys.executable, "-S", "-c", program, "--version"]
    path = os.pathsep.join(sys.path)  # without `site`, whose own imports would count too
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env=os.environ | {"PYTHONPATH": path}
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"anybacklog {__version__}\n"


@pytest.mark.parametrize("name", SUMMARIES)
def test_every_command_is_what_the_table_says_and_shows_an_example(name: str, call: Call) -> None:
    command: click.Command = import_module(f"anybacklog.cli.commands.{name}").command
    assert command.name == name
    shown = call(name, "--help")
    assert shown.code == 0
    assert "--plugin FILE" in shown.out
    assert f"anybacklog {name}" in shown.out.split("Everywhere")[1]


def test_help_lists_every_command_with_its_line(call: Call) -> None:
    shown = call("--help").out
    assert all(name in shown and line in shown for name, line in SUMMARIES.items())


@pytest.mark.parametrize(
    "arguments", [("lss",), ("ls",), ("ls", "memory://a/B", "--nope"), ("ls", "memory://a/B", "--limit", "many")]
)
def test_a_call_that_cannot_be_read_says_how_to_write_it(arguments: tuple[str, ...], call: Call) -> None:
    answer = call(*arguments)
    assert (answer.code, answer.out) == (2, "")
    assert "Usage: anybacklog" in answer.err


@pytest.mark.parametrize(("typed", "near"), [("migrat", " Did you mean 'migrate'?"), ("xyzzy", "")])
def test_a_command_that_is_misspelt_is_told_what_it_may_have_meant(typed: str, near: str, call: Call) -> None:
    answer = call(typed)
    assert (answer.code, answer.err.splitlines()[-1]) == (2, f"Error: No such command '{typed}'.{near}")


def test_without_a_command_the_help_is_shown_on_stderr_and_it_is_no_success(call: Call) -> None:
    answer = call()
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == call("--help").out


@pytest.mark.parametrize("place", ["before", "after"])
def test_a_plugin_brings_a_command_of_its_own(place: str, call: Call, plugin: Callable[[str], Path]) -> None:
    option = ("--plugin", plugin(HELLO))
    arguments = (*option, "hello", "世界") if place == "before" else ("hello", "世界", *option)
    answer = call(*arguments)
    assert (answer.code, answer.out) == (0, "hello 世界\n")


def test_plugins_names_what_a_plugin_offers(call: Call, plugin: Callable[[str], Path]) -> None:
    file = plugin(HELLO)
    told = call("plugins", "--plugin", file, "--format", "json").json
    held = {"name": "local_plugin", "origin": str(file), "hooks": ["anybacklog_commands"], "schemes": []}
    assert told["loaded"][-1] == held | {"commands": ["hello"]}
    table = call("plugins", "--plugin", file).out
    assert "local_plugin" in table
    assert "hello" in table


def test_a_switched_off_plugin_is_listed_with_the_reason(process: Call) -> None:
    answer = process("plugins", ANYBACKLOG_DISABLE_PLUGINS="embedded")
    skipped = answer.out.split("Skipped:")[1]
    assert "embedded" in skipped
    assert "ANYBACKLOG_DISABLE_PLUGINS" in skipped


def test_a_plugin_that_cannot_list_its_commands_is_named(call: Call, plugin: Callable[[str], Path]) -> None:
    broken = plugin(HELLO.split("@hookimpl")[0] + "@hookimpl\ndef anybacklog_commands():\n    raise OSError('gone')\n")
    answer = call("--plugin", broken, "hello", "x")
    assert (answer.code, answer.out) == (2, "")
    assert "local_plugin" in answer.err
    assert "gone" in answer.err


def test_backends_says_what_a_url_can_name(call: Call) -> None:
    told = {each["scheme"]: each for each in call("backends", "--format", "json").json}
    assert {"memory", "sqlite"} <= set(told)
    assert told["sqlite"]["options"][0]["name"] == "project"
    assert told["sqlite"]["plugin"] == "embedded"
    assert told["sqlite"]["example"] in call("backends").out
    names = {scheme: [option["name"] for option in each["options"]] for scheme, each in told.items()}
    assert "allow_plain_http" in names["nulab"]
    assert "allow_plain_http" not in names["sqlite"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_for_the_shell(shell: str, call: Call) -> None:
    answer = call("completion", shell)
    assert answer.code == 0
    assert "_ANYBACKLOG_COMPLETE" in answer.out


def test_a_shell_completes_commands_and_options(process: Call) -> None:
    asked = {"_ANYBACKLOG_COMPLETE": "bash_complete", "COMP_CWORD": "1"}
    assert process(COMP_WORDS="anybacklog ver", **asked).out.strip() == "plain,verify"
    asked["COMP_CWORD"] = "2"
    assert process(COMP_WORDS="anybacklog ls --upd", **asked).out.strip() == "plain,--updated-since"


@pytest.mark.parametrize("arguments", [("-vv", "backends"), ("backends", "-vv"), ("-v", "backends", "--debug")])
def test_what_is_accepted_everywhere_may_stand_before_or_after_the_command(
    arguments: tuple[str, ...], process: Call
) -> None:
    assert process(*arguments).code == 0


def test_version_may_be_asked_of_any_command(call: Call) -> None:
    assert call("ls", "--version").out == call("--version").out


def test_logging_is_as_it_was_once_a_call_is_over(call: Call) -> None:
    before = logging.getLogger().level, list(logging.getLogger().handlers)
    for arguments in (("-vv", "backends", "-v"), ("-vv", "--nonsense")):
        call(*arguments)
        assert (logging.getLogger().level, list(logging.getLogger().handlers)) == before
