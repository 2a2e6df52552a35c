"""A real Tryton (trytond) with a small shop in it, copied anew for each run from a database that was filled once."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from balcao.testing.servers.kept import kept
from balcao.testing.servers.running import MissingServer, as_owner, free_port, open_folder, running

_LOCK = Path(__file__).resolve().parents[3] / "requirements" / "tryton.lock"
_SEED = Path(__file__).with_name("tryton_seed.py")
_MODULES = ("sale_complaint", "sale_shipment_cost", "stock_package_shipping", "product_attribute")
_SETTINGS = "[database]\nuri = sqlite://\npath = {folder}\n[web]\nlisten = 127.0.0.1:{port}\n"
_DATABASE = "shop"
_ADMIN = "admin-pw"


@dataclass(frozen=True)
class TrytonServer:
    """Where it listens, and as whom the desk logs in: somebody with the rights that the documentation names."""

    port: int
    database: str = _DATABASE
    login: str = "balcao"
    password: str = "balcao-pw"
    admin: str = "admin"
    admin_password: str = _ADMIN

    @property
    def address(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}"


def installed() -> Path:
    """Return the folder with the server's own environment and a filled database; make it if there is none yet."""
    if not _LOCK.exists():
        raise MissingServer("Tryton is installed from requirements/tryton.lock, which only a checkout has.")
    return kept("tryton", made_of=(_LOCK, _SEED, Path(__file__)), make=_make)


@contextmanager
def tryton() -> Iterator[TrytonServer]:
    """Run a server on a fresh copy of the shop while the block lasts."""
    home = installed()
    with open_folder(owner=None) as folder:
        shutil.copy(home / f"{_DATABASE}.sqlite", folder)
        server = TrytonServer(free_port())
        command = [*_trytond(home, "trytond.cli"), "-c", _settings(folder, server.port), "-d", _DATABASE]
        with running(as_owner(command, owner=None), port=server.port, log=folder / "server.log", stop=signal.SIGTERM):
            yield server


def _make(folder: Path) -> None:
    """Install the server into a folder, and fill its database."""
    _run([sys.executable, "-m", "venv", str(folder / "venv")])
    pip = [str(folder / "venv/bin/python"), "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet"]
    _run([*pip, "install", "--require-hashes", "--requirement", str(_LOCK)])
    settings = _settings(folder, free_port())
    (folder / f"{_DATABASE}.sqlite").touch()  # the server makes tables, not files
    (folder / "password").write_text(_ADMIN, encoding="utf-8")
    create = ["-c", settings, "-d", _DATABASE, "--all", "--activate-dependencies", "--update", *_MODULES]
    create += ["--language", "en", "--email", "admin@example.com"]
    _run([*_trytond(folder, "trytond.cli.admin"), *create], TRYTONPASSFILE=str(folder / "password"))
    _run([str(folder / "venv/bin/python"), str(_SEED), settings, _DATABASE])


def _settings(folder: Path, port: int) -> str:
    path = folder / "trytond.conf"
    path.write_text(_SETTINGS.format(folder=folder, port=port), encoding="utf-8")
    return str(path)


def _trytond(home: Path, module: str) -> list[str]:
    # Not by the installed scripts: they name the folder in which they were made.
    start = f"import sys; from {module} import main; sys.argv[0] = 'trytond'; sys.exit(main())"
    return [str(home / "venv/bin/python"), "-c", start]


def _run(command: list[str], **environment: str) -> None:
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise MissingServer(f"{' '.join(command[:4])} failed: {(done.stdout + done.stderr)[-3000:]}")
