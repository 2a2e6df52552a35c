"""Times the scan of timers in the database that the settings name, and prints it: `python -m benchmarks.ticking`."""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta

import django

_TIMES = 200
_DUE = 200


def main() -> None:
    """Print the milliseconds of a scan that finds nothing, and of one timer that is due."""
    from django.utils import timezone

    from balcao.deadlines.models import Timer
    from balcao.pipeline import timers

    now = timezone.now()
    idle = statistics.median(_timed(lambda: timers.run_due(now=now)) for _ in range(_TIMES))
    some = list(Timer.objects.order_by("pk").values_list("pk", flat=True)[:_DUE])
    Timer.objects.filter(pk__in=some).update(fire_at=now - timedelta(seconds=1))
    firing = _timed(lambda: timers.run_due(now=now)) / len(some)
    sys.stdout.write(json.dumps({"idle": idle, "firing": firing}) + "\n")


def _timed(deed: Callable[[], object]) -> float:
    begun = time.perf_counter()
    deed()
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "balcao.project.settings")
    django.setup()
    main()
