"""Where files are made before they are whole: the temporary directories of leases, and parts of small files."""

import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Collection
from pathlib import Path

from medialib.files import entries, hold, is_held
from medialib.places import Places

# What leases (jobs/leases.py) are told apart by.
_TOKEN = re.compile("[0-9a-f]{16}")
# What a small file is called until it is whole, and after how long nobody writes it any more.
_PART = re.compile(r"[0-9a-f]{16}\.part")
_PART_SECONDS = 600


class Workspaces(Places):
    """A temporary directory belongs to a lease and bears its token; `sweep` removes those whose lease is gone and which
    no process holds.
    """

    def __init__(self, root: Path):
        super().__init__(root)
        self._held: dict[str, int] = {}

    def workspace(self, token: str) -> Path:
        """The temporary directory of the lease with this token, made if needed and held until it is discarded."""
        folder = self.temporary / token
        folder.mkdir(parents=True, exist_ok=True)
        if token not in self._held:
            self._held[token] = hold(folder)
        return folder

    def part(self) -> Path:
        return self.temporary / f"{secrets.token_hex(8)}.part"

    def discard(self, token: str) -> None:
        if (handle := self._held.pop(token, None)) is not None:
            os.close(handle)
        shutil.rmtree(self.temporary / token, ignore_errors=True)

    def sweep(self, living: Callable[[], Collection[str]]) -> list[str]:
        """Remove temporary directories that no living lease owns, and what killed processes wrote; returns the names.

        The leases are asked for after the directories, since a lease is taken before its directory is made. One that
        lapsed because its process was given no time for long is no reason to take its files away from it.
        """
        # Only what bears a token: store.url may name a directory in which somebody keeps a tmp/ of their own.
        there = [entry.name for entry in entries(self.temporary) if _TOKEN.fullmatch(entry.name)]
        owned = living() if there else ()
        gone = [name for name in there if name not in owned and not is_held(self.temporary / name)]
        for name in gone:
            self.discard(name)
        latest = time.time() - _PART_SECONDS
        cut_off = [one for one in entries(self.temporary) if _PART.fullmatch(one.name) and one.stat().st_mtime < latest]
        for entry in cut_off:
            Path(entry.path).unlink(missing_ok=True)
        return gone + [entry.name for entry in cut_off]
