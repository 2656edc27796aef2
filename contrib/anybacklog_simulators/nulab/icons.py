"""One small picture for everything that has one."""

from __future__ import annotations

import base64

from anybacklog_simulators.nulab.call import Answer, download

PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII=")


def picture(name: str) -> Answer:
    """Answer with the picture, under this name."""
    return download(name, PIXEL, "image/png")
