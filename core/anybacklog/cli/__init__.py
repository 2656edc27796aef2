"""The command line: one small module per command, one place that prints, one where an error becomes an exit code."""
