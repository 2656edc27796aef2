"""A key made to be looked for: whatever a run leaves behind is searched for it, in every spelling it may have taken."""

from __future__ import annotations

import json
import logging
import pickle
import secrets
import traceback
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus


def new_canary() -> str:
    """Make a key whose characters change under percent-, JSON- and base64-encoding, around two random halves."""
    return f'+/={secrets.token_hex(8)}&"\\%~?>{secrets.token_hex(8)}.='


def find_canary(blob: bytes, key: str) -> list[str]:
    """Name every spelling of the key that the bytes hold; its halves count, so that a key masked in part is found."""
    return [name for name, spelt in spellings(key) if spelt in blob]


def spellings(key: str) -> Iterator[tuple[str, bytes]]:
    """Give every spelling that is looked for, by name."""
    for name, text in (("key", key), *((f"half {half}", half) for half in _halves(key))):
        yield name, text.encode()
        for encoded, spelt in _encoded(text).items():
            if spelt != text.encode():
                yield f"{name}, {encoded}", spelt


def find_in_tree(folder: Path, key: str) -> list[str]:
    """Name every file below a folder that holds the key, in its content or its name; the links are not followed."""
    found = []
    for path in sorted(folder.rglob("*")):
        blob = str(path).encode("utf-8", "surrogateescape")
        if path.is_file() and not path.is_symlink():
            blob += b"\0" + path.read_bytes()
        found += [f"{path}: {each}" for each in find_canary(blob, key)]
    return found


def find_in_error(error: BaseException, key: str) -> list[str]:
    """Search what a caller may look at: the whole chain of exceptions, their texts, arguments and fields."""
    told = "".join(traceback.format_exception(error))
    for each in _chain(error):
        told += f"\n{each!s}\n{each!r}\n{each.args!r}\n{vars(each)!r}\n{getattr(each, '__notes__', '')!r}"
        told += repr(_pickled(each))
    return find_canary(told.encode("utf-8", "surrogatepass"), key)


def find_in_records(records: list[logging.LogRecord], key: str, *, of: str = "") -> list[str]:
    """Search log records, their arguments and tracebacks, as any handler may format them."""
    shown = logging.Formatter()
    told = [f"{shown.format(each)} {each.msg!r} {each.args!r}" for each in records if each.name.startswith(of)]
    return find_canary("\n".join(told).encode("utf-8", "surrogatepass"), key)


def _chain(error: BaseException) -> Iterator[BaseException]:
    waiting, seen = [error], set()
    while waiting:
        each = waiting.pop()
        if id(each) not in seen:
            seen.add(id(each))
            yield each
            waiting += [inner for inner in (each.__cause__, each.__context__) if inner is not None]
            waiting += [inner for inner in each.args if isinstance(inner, BaseException)]


def _pickled(error: BaseException) -> bytes:
    try:
        return pickle.dumps(error)
    except Exception:  # noqa: BLE001  # not every exception can be, and then nothing leaves by that way
        return b""


def _halves(key: str) -> list[str]:
    """Give the random parts, the runs of sixteen hexadecimal digits."""
    runs = "".join(each if each in "0123456789abcdef" else " " for each in key).split()
    return [run for run in runs if len(run) >= 16]


def _encoded(text: str) -> dict[str, bytes]:
    percent = quote(text, safe="")
    found = {
        "percent-encoded": percent,
        "percent-encoded, lower case": _lower(percent),
        "percent-encoded twice": quote(percent, safe=""),
        "percent-encoded twice, lower case": _lower(quote(percent, safe="")),
        "percent-encoded as a form": quote_plus(text),
        "percent-encoded, every byte": "".join(f"%{byte:02X}" for byte in text.encode()),
        "JSON": json.dumps(text)[1:-1],
        "JSON twice": json.dumps(json.dumps(text)[1:-1])[1:-1],
        "repr": repr(text)[1:-1],
        "hexadecimal": text.encode().hex(),
    }
    for name, encode in (("base64", b64encode), ("base64 for URLs", urlsafe_b64encode)):
        for offset in range(3):
            whole = encode(b"\0" * offset + text.encode()).decode()
            found[f"{name}, offset {offset}"] = whole[(offset * 8 + 5) // 6 : (offset + len(text.encode())) * 8 // 6]
    return {name: spelt.encode() for name, spelt in found.items()}


def _lower(percent: str) -> str:
    """Write the digits of the escapes in lower case."""
    head, *rest = percent.split("%")
    return "%".join([head, *(each[:2].lower() + each[2:] for each in rest)])
