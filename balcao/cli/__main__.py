"""Runs the command as `python -m balcao.cli`."""

import sys

from balcao.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
