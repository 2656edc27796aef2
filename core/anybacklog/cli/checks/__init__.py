"""What `anybacklog doctor` looks at: each look gives checks, as data, and prints nothing."""

from __future__ import annotations

from anybacklog.cli.checks.check import Check, code_of, fine, of_error, passed_over, problem

__all__ = ["Check", "code_of", "fine", "of_error", "passed_over", "problem"]
