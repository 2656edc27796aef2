"""The plan of a migration: found in both ends, written for a person to edit, read back, and followed."""
