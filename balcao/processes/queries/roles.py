"""The departments by the roles that they play in blueprints."""

from balcao.staff.models import Department


def names_by_role() -> dict[str, str]:
    """Return what the departments that play a role are called."""
    rows = Department.objects.exclude(key=None).values_list("key", "name")
    return {key: name for key, name in rows if key}
