"""Vendors' JSON: a schema declares the fields an adapter reads; everything else passes by."""

from anybacklog.wire.maker import maker
from anybacklog.wire.schema import WireSchema, camel_case
from anybacklog.wire.unexpected import UnexpectedJson

__all__ = ["UnexpectedJson", "WireSchema", "camel_case", "maker"]
