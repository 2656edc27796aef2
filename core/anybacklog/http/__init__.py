"""The one place that knows requests: sessions, rate budgets, retries, errors without secrets."""

from __future__ import annotations

from anybacklog.http.clock import Clock
from anybacklog.http.credentials import Credentials
from anybacklog.http.rate import Rate
from anybacklog.http.refusal import Explain, Refusal
from anybacklog.http.retry import Retry
from anybacklog.http.session import HttpSession

__all__ = ["Clock", "Credentials", "Explain", "HttpSession", "Rate", "Refusal", "Retry"]
