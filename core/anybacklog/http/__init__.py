"""The one place that knows requests: sessions, rate budgets, retries, errors without secrets."""

from __future__ import annotations

from anybacklog.http.budget import Clock
from anybacklog.http.refusal import Explain, Refusal
from anybacklog.http.retry import Retry
from anybacklog.http.session import Credentials, HttpSession

__all__ = ["Clock", "Credentials", "Explain", "HttpSession", "Refusal", "Retry"]
