"""Cassettes as files: vcrpy's YAML, readable wherever it can be; a long body is packed, or the folder would be huge."""

from __future__ import annotations

import zlib
from typing import Any

import yaml
from vcr.serializers import yamlserializer

LONGEST = 1 << 16
"""Characters or bytes of a body that is written as it is."""


class _Exact(yaml.SafeDumper):  # type: ignore[misc]  # PyYAML has no types
    """Quotes so that no line break is folded: YAML knows more of them than JSON."""

    def represent_str(self, data: str) -> Any:
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=None if data.isprintable() else '"')


_Exact.add_representer(str, _Exact.represent_str)


def serialize(cassette: dict[str, Any]) -> str:
    """Write a cassette, what it was recorded from first."""
    interactions = [_with_bodies(each, _packed) for each in cassette["interactions"]]
    ordered = {"metadata": cassette["metadata"], "interactions": interactions, "version": cassette["version"]}
    return str(
        yaml.dump(ordered, Dumper=_Exact, allow_unicode=True, sort_keys=False, default_flow_style=None, width=1 << 20)
    )


def deserialize(text: str) -> dict[str, Any]:
    """Read a cassette; tags other than YAML's own are refused."""
    cassette: dict[str, Any] = yamlserializer.deserialize(text)
    return cassette | {"interactions": [_with_bodies(each, _unpacked) for each in cassette["interactions"]]}


def _with_bodies(interaction: dict[str, Any], change: Any) -> dict[str, Any]:
    request, response = interaction["request"], interaction["response"]
    body = {"string": change(response["body"]["string"])}
    return {"request": request | {"body": change(request["body"])}, "response": response | {"body": body}}


def _packed(body: str | bytes | None) -> Any:
    if body is None or len(body) <= LONGEST:
        return body
    return {"zlib": zlib.compress(body.encode() if isinstance(body, str) else body, 9)}


def _unpacked(body: Any) -> Any:
    return zlib.decompress(body["zlib"]) if isinstance(body, dict) else body
