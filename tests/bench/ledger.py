"""The ledger: intent and outcome of every ticket, beside raw `sqlite3` that keeps the same rows as durably."""
