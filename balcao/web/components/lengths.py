"""Lengths of open time in words."""

from django.utils.translation import gettext as _


def length(seconds: int) -> str:
    """Write a length of open time in hours and minutes, for a day of open time is not 24 hours."""
    hours, minutes = divmod(abs(seconds) // 60, 60)
    if hours and minutes:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
    if hours:
        return _("%(hours)s h") % {"hours": hours}
    if minutes or not seconds:
        return _("%(minutes)s min") % {"minutes": minutes}
    return _("%(seconds)s s") % {"seconds": abs(seconds)}
