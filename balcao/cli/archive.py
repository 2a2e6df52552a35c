"""What `backup` writes and `restore` reads: one tar.gz of a manifest, the database, the files and the secret."""

import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from balcao.cli.results import CommandFailed

FORMAT = 1
_MANIFEST = "manifest.json"
_FILES = "files"
_KEY = "secret-key"
_DATABASE = {"sqlite": "balcao.sqlite3", "postgresql": "balcao.dump"}


@dataclass(frozen=True)
class Manifest:
    """What an archive says about itself."""

    format: int
    version: str
    engine: str
    created_at: str


@dataclass(frozen=True)
class Place:
    """Where an installation keeps its state."""

    engine: str  # "sqlite" or "postgresql"
    database: str  # a path, or the URL
    files: Path
    secret: Path


def write(path: Path, *, place: Place, version: str, now: datetime) -> Manifest:
    """Write an archive; the database first, so that every file it names is in the copy too."""
    manifest = Manifest(FORMAT, version, place.engine, now.isoformat(timespec="seconds"))
    draft = path.with_name(path.name + ".partial")
    dump = path.with_name(path.name + ".database")
    try:
        _dump(place, dump)
        with _private(draft) as file, tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as archive:
            _add_text(archive, _MANIFEST, json.dumps(asdict(manifest)), now=now)
            archive.add(dump, arcname=_DATABASE[place.engine])
            if place.secret.exists():
                archive.add(place.secret, arcname=_KEY)
            if place.files.exists():
                archive.add(place.files, arcname=_FILES)
        draft.replace(path)
    finally:
        dump.unlink(missing_ok=True)
        draft.unlink(missing_ok=True)
    return manifest


def read_manifest(path: Path) -> Manifest:
    """Return what an archive says about itself; raise CommandFailed when it is none of ours."""
    try:
        with tarfile.open(path) as archive:
            file = archive.extractfile(_MANIFEST)
            manifest = Manifest(**json.load(file)) if file else None
    except (OSError, tarfile.TarError, KeyError, ValueError, TypeError) as error:
        raise CommandFailed(f"{path} is no backup of Balcão: {error}") from error
    if manifest is None or manifest.format != FORMAT:
        raise CommandFailed(f"{path} was written in a format that this version does not read.")
    return manifest


def bring_back(path: Path, *, place: Place) -> None:
    """Put the database, the files and the secret of an archive in place of what is there."""
    scratch = place.secret.parent / "restoring"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(mode=0o700, parents=True)
    try:
        with tarfile.open(path) as archive:
            _take_out(archive, scratch)
        _load(scratch / _DATABASE[place.engine], place)
        if (scratch / _FILES).exists():
            shutil.rmtree(place.files, ignore_errors=True)
            (scratch / _FILES).rename(place.files)
        if (scratch / _KEY).exists():
            (scratch / _KEY).replace(place.secret)
            place.secret.chmod(0o600)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _take_out(archive: tarfile.TarFile, folder: Path) -> None:
    # By hand: the filters that make `extractall` safe are younger than Debian 12's Python.
    for member in archive:
        target = (folder / member.name).resolve()
        if not target.is_relative_to(folder.resolve()):
            raise CommandFailed(f"The archive holds a file outside its folder: {member.name}")
        content = archive.extractfile(member) if member.isfile() else None
        if content is not None:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _private(target) as file:
                shutil.copyfileobj(content, file)


def _dump(place: Place, dump: Path) -> None:
    if place.engine == "sqlite":
        with closing(sqlite3.connect(place.database)) as source, closing(sqlite3.connect(dump)) as copy:
            source.backup(copy)
        dump.chmod(0o600)
    else:
        _run_tool("pg_dump", ["--format=custom", f"--file={dump}"], url=place.database)


def _load(dump: Path, place: Place) -> None:
    if place.engine == "sqlite":
        for rest in ("-wal", "-shm"):
            Path(place.database + rest).unlink(missing_ok=True)
        dump.replace(place.database)
    else:
        _run_tool("pg_restore", ["--clean", "--if-exists", "--no-owner", str(dump)], url=place.database)


def _run_tool(name: str, arguments: list[str], *, url: str) -> None:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    tool = shutil.which(name) or (str(found[0]) if found else None)
    if tool is None:
        raise CommandFailed(f"{name} is not installed; on Debian: apt-get install postgresql-client")
    parts = urlsplit(url)
    password = unquote(parts.password or "")
    # The password goes through the environment: every process may read another's arguments.
    shown = parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", "@")).geturl()
    done = subprocess.run(  # noqa: S603
        [tool, f"--dbname={shown}", *arguments],
        env={**os.environ, "PGPASSWORD": password} if password else None,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CommandFailed(f"{name} failed: {done.stderr.strip()[-1000:]}")


def _private(path: Path) -> io.BufferedWriter:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _add_text(archive: tarfile.TarFile, name: str, text: str, *, now: datetime) -> None:
    content = text.encode()
    member = tarfile.TarInfo(name)
    member.size = len(content)
    member.mtime = int(now.timestamp())
    archive.addfile(member, io.BytesIO(content))
