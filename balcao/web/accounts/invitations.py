"""Links that let an invited agent choose a password: signed, good for a week, and once."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from balcao.staff.models import Agent

GOOD_FOR = timedelta(days=7)
_PURPOSE = "balcao.invitation"


def invitation_link(agent: Agent) -> str:
    """Return the address at which the agent chooses a password; it dies with the first password set."""
    token = signing.dumps({"agent": agent.pk, "stamp": _stamp(agent)}, salt=_PURPOSE)
    return settings.PUBLIC_URL + reverse("accounts:invitation", args=[token])


def invited_agent(token: str) -> Agent | None:
    """Return the agent whom a link invites; None if it is damaged, too old, used or withdrawn."""
    try:
        told = signing.loads(token, salt=_PURPOSE, max_age=GOOD_FOR)
    except signing.BadSignature:
        return None
    agent = Agent.objects.filter(pk=told["agent"], is_active=True).first()
    if agent is None or agent.has_usable_password():
        return None
    return agent if constant_time_compare(told["stamp"], _stamp(agent)) else None


def _stamp(agent: Agent) -> str:
    # Changes with the password, so a link works until one was set, by whatever way.
    return salted_hmac(_PURPOSE, f"{agent.pk}|{agent.email}|{agent.password}").hexdigest()[:32]
