"""Fills the database that the settings name: `python -m benchmarks.prepare tickets 100000`."""

import os
import sys

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "balcao.project.settings")
    django.setup()

    from benchmarks.fill import fill, open_shop
    from benchmarks.fill_orders import fill_with_orders
    from benchmarks.fill_processes import fill_with_processes

    fillers = {"tickets": fill, "orders": fill_with_orders, "processes": fill_with_processes, "shop": open_shop}
    fillers[sys.argv[1]](int(sys.argv[2]))
