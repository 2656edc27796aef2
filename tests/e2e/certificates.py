"""Certificates for hosts of this machine."""

from __future__ import annotations

import ssl

import trustme


def self_signed() -> ssl.SSLContext:
    """Make a server's side that is trusted by nobody."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    return context
