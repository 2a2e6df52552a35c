"""The lines of an address as forms ask for them."""

from django.utils.translation import gettext as _


def address_labels() -> dict[str, str]:
    """Return the fields of an address with their labels, in the order of a form."""
    return {
        "name": _("Receiver"),
        "line1": _("Street and number"),
        "line2": _("Addition"),
        "district": _("District"),
        "city": _("City"),
        "region": _("State or province"),
        "postcode": _("Postcode"),
        "country": _("Country"),
        "phone": _("Phone"),
    }
