"""Fills the database that the settings name: `python -m benchmarks.prepare 100000`."""

import os
import sys

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "balcao.project.settings")
    django.setup()

    from benchmarks.fill import fill

    fill(int(sys.argv[1]))
