"""Scripts that run beside a desk, on its data: for what no page does."""

import subprocess
import sys

from balcao.testing.servers import Operator


def ran(operator: Operator, script: str) -> str:
    """Run a script on the desk's data; return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=operator.environment,
        check=False,
        timeout=120,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
