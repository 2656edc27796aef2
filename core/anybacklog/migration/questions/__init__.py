"""What did an interrupted write do? Asks the target, never guesses: found, absent, or cannot be told."""

from anybacklog.migration.questions.asking import Questions
from anybacklog.migration.questions.comments import STATE
from anybacklog.migration.questions.files import digest
from anybacklog.migration.questions.texts import EDITED
from anybacklog.migration.questions.tickets import BEFORE

__all__ = ["BEFORE", "EDITED", "STATE", "Questions", "digest"]
