"""The roles that departments play in blueprints: what they are called, and who plays them."""

from django.utils.translation import pgettext_lazy

from balcao.processes.types import Department as Role
from balcao.staff.models import Department

ROLE_NAMES = {
    Role.CS: pgettext_lazy("department", "Customer service"),
    Role.CS_LEAD: pgettext_lazy("department", "Lead of customer service"),
    Role.LOG: pgettext_lazy("department", "Transport"),
    Role.WH: pgettext_lazy("department", "Warehouse"),
    Role.QC: pgettext_lazy("department", "Inspection"),
    Role.FIN: pgettext_lazy("department", "Finance"),
    Role.FRD: pgettext_lazy("department", "Fraud and risk"),
    Role.CAT: pgettext_lazy("department", "Catalogue and purchasing"),
    Role.LEG: pgettext_lazy("department", "Legal and privacy"),
    Role.MGR: pgettext_lazy("department", "Management"),
}


def names_by_role() -> dict[str, str]:
    """Return what the departments that play a role are called."""
    rows = Department.objects.exclude(key=None).values_list("key", "name")
    return {key: name for key, name in rows if key}


def roles_without_department() -> list[Role]:
    """Return the roles of the defaults for which there is no department, not even one out of use."""
    there = names_by_role()
    return [role for role in Role if role not in there]
