"""Mails about access, sent by a worker: a page waits for no mail server, and no link is stored."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from balcao.jobs.backend import job
from balcao.kit.guards import one_line
from balcao.staff.models import Agent
from balcao.web.accounts.invitations import invitation_link


@job()
def send_invitation(agent_id: int, inviter: str) -> None:
    """Mail an agent the link with which they come in."""
    agent = Agent.objects.filter(pk=agent_id, is_active=True).first()
    if agent is None:
        return
    with translation.override(agent.language):
        _mail(
            agent,
            _("%(name)s invites you to the desk") % {"name": one_line(inviter)},
            _(
                "Hello %(name)s,\n\n%(inviter)s invites you to answer customers on Balcão.\n"
                "Choose your password here; the link works once, for seven days:\n\n%(link)s\n"
            )
            % {"name": agent.name, "inviter": inviter, "link": invitation_link(agent)},
        )


@job()
def send_password_link(agent_id: int) -> None:
    """Mail an agent the link with which they choose a new password."""
    agent = Agent.objects.filter(pk=agent_id, is_active=True).first()
    if agent is None:
        return
    with translation.override(agent.language):
        _mail(
            agent,
            _("Your new password"),
            _(
                "Hello %(name)s,\n\nsomebody, hopefully you, asked for a new password.\n"
                "Choose it here; the link works once, for three days:\n\n%(link)s\n\n"
                "Was it not you? Then do nothing: your password stays as it is.\n"
            )
            % {"name": agent.name, "link": _password_link(agent)},
        )


def _password_link(agent: Agent) -> str:
    parts = {"uidb36": user_pk_to_url_str(agent), "key": default_token_generator.make_token(agent)}
    return settings.PUBLIC_URL + reverse("account_reset_password_from_key", kwargs=parts)


def _mail(agent: Agent, subject: str, text: str) -> None:
    send_mail(one_line(subject), text, settings.DEFAULT_FROM_EMAIL, [agent.email])
