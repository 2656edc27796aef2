"""The embedded backends: trackers that need no service and no account."""
