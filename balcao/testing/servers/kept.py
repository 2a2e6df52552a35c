"""Folders that take long to make and are kept between test runs: installed servers, filled databases."""

import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

_UNUSED_SECONDS = 14 * 24 * 3600


def cache_folder() -> Path:
    """Return where what was made once is kept: BALCAO_CACHE_DIR, else the user's own cache."""
    given = os.environ.get("BALCAO_CACHE_DIR")
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(given) if given else Path(home) / "balcao"


def kept(name: str, *, made_of: Iterable[Path], make: Callable[[Path], None]) -> Path:
    """Return the folder of this name that `make` filled, filling it only if what it is `made_of` has changed.

    It is made beside its place and moved there whole, so that one that was interrupted is never taken for finished.
    """
    root = cache_folder() / "contract"
    root.mkdir(parents=True, exist_ok=True)
    place = root / f"{name}-{_digest(made_of)}"
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test runs at once make it once
        if not place.exists():
            _forget(root, name)
            draft = Path(tempfile.mkdtemp(prefix=f"{name}-draft-", dir=root))
            make(draft)
            draft.rename(place)
        os.utime(place)
    return place


def _digest(paths: Iterable[Path]) -> str:
    parts = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        parts.update(f"{path.name} {len(content)} ".encode() + content)
    return parts.hexdigest()[:16]


def _forget(root: Path, name: str) -> None:
    """Remove what was left half made, and what was made of earlier files and is not used by any checkout."""
    for old in root.glob(f"{name}-*"):
        if old.name.startswith(f"{name}-draft-") or time.time() - old.stat().st_mtime > _UNUSED_SECONDS:
            shutil.rmtree(old, ignore_errors=True)
