"""The one place where an error becomes a sentence and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import click

from anybacklog.cli import console
from anybacklog.cli.everywhere import Invocation, ReaderLeft
from anybacklog.errors import (
    AnyBacklogError,
    AuthenticationError,
    ConfigurationError,
    PermissionDenied,
    RateLimited,
    TransportError,
    passes_by,
)

FAILED, USAGE, REFUSED, STOPPED, INTERRUPTED = 1, 2, 3, 4, 130
AGAIN = "What was done is safe; run the same command again and it goes on."


def told(invocation: Invocation, call: Callable[[], int]) -> int:
    """Give the exit code of a call; what it raises is told on stderr in one sentence."""
    try:
        return call()
    except click.ClickException as error:
        return _usage(error, invocation)
    except (click.Abort, KeyboardInterrupt):
        _say(f"Interrupted. {_afterword(INTERRUPTED, invocation)}".rstrip(), invocation)
        return INTERRUPTED
    except SystemExit as error:
        return _left(error, invocation)
    except (BrokenPipeError, ReaderLeft):
        _forget_stdout()
        return unread(invocation)
    except Exception as error:  # noqa: BLE001  # the last one to see it: nobody is shown a traceback unasked
        code = exit_code(error, resumable=invocation.resumable)
        _say(f"{sentence(error)}\n{_afterword(code, invocation)}".rstrip(), invocation)
        return code


def _afterword(code: int, invocation: Invocation) -> str:
    """Say what a failure leaves behind."""
    if code == STOPPED or (code == INTERRUPTED and invocation.resumable):
        return AGAIN
    return invocation.unless_done if invocation.settled is None and code != USAGE else ""


def unread(invocation: Invocation) -> int:
    """Give the exit code when nobody reads any more: that of the work, which is not over if it could be resumed."""
    if invocation.settled is not None:
        return invocation.settled
    return STOPPED if invocation.resumable else 0


def exit_code(error: Exception, *, resumable: bool) -> int:
    """Give the contract's exit code; `resumable`: inside what running again goes on with."""
    if isinstance(error, ConfigurationError):
        return USAGE
    if isinstance(error, (AuthenticationError, PermissionDenied)):
        return REFUSED
    return STOPPED if resumable and _curable(error) else FAILED


def sentence(error: Exception) -> str:
    """Say what happened and what to do, on one line, whatever a key or a name in it holds; several problems below."""
    if isinstance(error, ConfigurationError) and error.problems:
        message = str(error).removesuffix("\n".join(("", *error.problems)))
        return "\n".join([console.cell(f"Error: {message}"), *(f"  {console.cell(each)}" for each in error.problems)])
    if isinstance(error, AnyBacklogError):
        where = f"{error.backend}: " if error.backend and error.backend not in str(error) else ""
        return console.cell(f"Error: {where}{error}")
    if isinstance(error, OSError) and error.strerror:
        named = f"{error.filename}: " if error.filename else ""
        return console.cell(f"Error: {named}{error.strerror}")
    if isinstance(error, UnicodeEncodeError) and error.reason == "surrogates not allowed":
        return "Error: a text holds bytes that are not UTF-8; convert it first"
    return f"Unexpected {type(error).__name__}: {error}\nRun it again with --debug, and report what it prints."


def kept_sentence(error: BaseException, invocation: Invocation) -> str:
    """Give the sentence for a file, secrets masked."""
    from anybacklog.redact import redact

    _remember(invocation)
    if isinstance(error, click.ClickException):
        return redact(f"Error: {error.format_message()}")
    if isinstance(error, click.Abort) or not isinstance(error, Exception):
        return "Interrupted."
    return redact(sentence(error))


def _curable(error: Exception) -> bool:
    """Tell whether running again can cure it: the network, the service, a locked ledger, a full disk."""
    if isinstance(error, OSError):
        return passes_by(error)
    return isinstance(error, (TransportError, RateLimited))


def _left(error: SystemExit, invocation: Invocation) -> int:
    """Give the code that a plugin leaves with; the interpreter would print its text without masking it."""
    if error.code is None or isinstance(error.code, int):
        return error.code or 0
    _say(f"Error: {error.code}", invocation)
    return FAILED


def _usage(error: click.ClickException, invocation: Invocation) -> int:
    _remember(invocation)
    context = getattr(error, "ctx", None)
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        console.note(error.message)
        return error.exit_code
    if context is not None:
        console.note(context.get_usage())
        console.note(f"Try '{context.command_path} --help' for help.\n")
    console.note(f"Error: {error.format_message()}")
    return error.exit_code


def _say(text: str, invocation: Invocation) -> None:
    _remember(invocation)
    if invocation.debug and sys.exc_info()[1] is not None:
        import traceback

        console.note(traceback.format_exc())
    console.note(text)


def _remember(invocation: Invocation) -> None:
    """Have the keys of the environment masked too, which nobody has looked up yet."""
    from anybacklog.redact import remember

    named = {invocation.key_env, invocation.source_key_env, invocation.target_key_env}
    ends = ("_API_KEY", "_ACCESS_TOKEN", "_CLIENT_SECRET")
    ours = (name for name in os.environ if name.startswith("ANYBACKLOG_") and name.endswith(ends))
    remember(*(os.environ.get(name or "", "") for name in {*named, *ours}))


def _forget_stdout() -> None:
    """Nobody reads any more: let the interpreter's own flush at exit go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
