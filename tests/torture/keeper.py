"""Who looks after the ledger of one seed, and not well: it is lost, or an older one is restored from a backup."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from tests.torture.scenario import Fate

REBUILD = "--rebuild-ledger"


@dataclass
class Keeper:
    """Keeps a backup from before each run; `options` are those that the next run is given."""

    folder: Path
    options: list[str] = field(default_factory=list)
    _spoilt: bool = False

    def keep(self) -> None:
        """Make a backup of what there is before a run."""
        backup = self.folder / "backup"
        shutil.rmtree(backup, ignore_errors=True)
        backup.mkdir()
        for file in self.folder.glob("ledger.db*"):
            if file.is_file() and not file.name.endswith(("-shm", ".lock")):
                shutil.copy(file, backup / file.name)

    def spoil(self, how: Fate) -> bool:
        """Lose the ledger, its snapshot with it, or restore the backup; once, and only if there is one to lose."""
        backups = list((self.folder / "backup").iterdir()) if how == "restored" else []
        nothing = not (self.folder / "ledger.db").exists() or (how == "restored" and not backups)
        if self._spoilt or how == "kept" or nothing:
            return False
        for file in self.folder.glob("ledger.db*"):
            (shutil.rmtree if file.is_dir() else Path.unlink)(file)
        for file in backups:
            shutil.copy(file, self.folder / file.name)
        self.options = [REBUILD] if how == "lost" else []
        self._spoilt = True
        return True

    def obey(self, refusal: str) -> bool:
        """Rebuild a ledger that is refused, and rebuild none where there are no marks yet; tell whether that is new."""
        wanted = [] if "holds no mark of this source" in refusal else [REBUILD] * (REBUILD in refusal)
        fresh = wanted != self.options and self._spoilt
        self.options = wanted
        return fresh
