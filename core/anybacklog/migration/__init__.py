"""Moving tickets between any two trackers: read, map, plan, apply, verify, report."""
