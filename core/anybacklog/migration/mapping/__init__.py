"""Which of the target's people and words stands for each of the source's: decided by name, purely."""

from anybacklog.migration.mapping.end import MapUser
from anybacklog.migration.mapping.match import Match, Noun, Pick
from anybacklog.migration.mapping.matching import Nouns, map_all
from anybacklog.migration.mapping.picks import SAID_NOTHING
from anybacklog.migration.mapping.table import MappingTable

__all__ = ["SAID_NOTHING", "MapUser", "MappingTable", "Match", "Noun", "Nouns", "Pick", "map_all"]
