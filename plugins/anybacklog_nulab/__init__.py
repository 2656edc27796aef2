"""Nulab Backlog (backlog.com, backlog.jp, backlogtool.com) for anybacklog."""
