"""Logging in by OAuth 2: a page in the browser, a code that comes back, tokens that are kept and renewed.

The protocol is Authlib's (extra `oauth`), every request HttpSession's; where tokens are kept is told in `config`.
"""

from __future__ import annotations

from anybacklog.oauth.attempt import Attempt
from anybacklog.oauth.callback import Callback, listening, listens
from anybacklog.oauth.endpoints import Endpoints, endpoints_of
from anybacklog.oauth.tokens import LoginTokens

__all__ = ["Attempt", "Callback", "Endpoints", "LoginTokens", "endpoints_of", "listening", "listens"]
