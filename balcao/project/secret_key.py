"""The secret of an installation, made once and kept beside its state."""

import os
import secrets
from pathlib import Path


def installation_secret(path: Path) -> str:
    """Return the secret in `path`, made on first use and readable by its owner only."""
    if not path.exists():
        _write_once(path, secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii").strip()


def _write_once(path: Path, secret: str) -> None:
    # Two processes may start at once: the link is atomic, so both read the same secret.
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
