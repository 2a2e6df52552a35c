"""`balcao backup`: database and files in one archive, while everything goes on."""

import argparse
from pathlib import Path

from balcao.cli.output import Output
from balcao.cli.results import Exit


def arguments(parser: argparse.ArgumentParser) -> None:
    """Take the archive to write."""
    parser.add_argument(
        "archive", nargs="?", type=Path, help="file to write (backups/balcao-DATE.tar.gz in the data folder)"
    )


def run(options: argparse.Namespace, output: Output) -> Exit:
    """Write the archive and say where it is."""
    from django.conf import settings
    from django.utils import timezone

    from balcao import __version__
    from balcao.cli import archive
    from balcao.cli.restore import installed_place

    now = timezone.now()
    path: Path = options.archive or settings.DATA_DIR / "backups" / f"balcao-{now:%Y%m%d-%H%M%S}.tar.gz"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    manifest = archive.write(path, place=installed_place(), version=__version__, now=now)
    size = path.stat().st_size
    output.result(
        {"archive": str(path), "bytes": size, "engine": manifest.engine},
        text=f"{path} written, {size / 1e6:.1f} MB. It holds personal details and the secret key: keep it safe.",
    )
    if settings.S3_BUCKET:
        output.say("Files are in the bucket and not in the archive: back the bucket up with its own tools.")
    return Exit.OK
