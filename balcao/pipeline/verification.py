"""A code or link goes to a customer's own address, so that whoever has it can show who they are.

The secrets are made when the mail is written: should it have to be written again, those of the lost one are worth
nothing. They stand nowhere else, so no agent can read one out.
"""

from datetime import timedelta
from smtplib import SMTPException, SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from balcao.channels.queries import writing_channel
from balcao.commerce import queries
from balcao.commerce.actions import verifying
from balcao.commerce.actions.verifying import Place
from balcao.commerce.models import Account, Challenge, Order
from balcao.jobs.backend import job
from balcao.kit.guards import one_line
from balcao.kit.i18n import N_
from balcao.pipeline.poll import working_connection
from balcao.ports import registry
from balcao.ports.channel import ChannelError, IdentityKind, Outbound, Party
from balcao.shops.models import Shop
from balcao.staff.models import Agent

NOT_SENT = N_("The mail server of this installation cannot be reached, or does not take the mail.")
_GIVEN_UP_AFTER = timedelta(minutes=5)  # the last try comes after it: whoever waits is told, and can ask anew


@transaction.atomic
def ask_for_code(
    *, account: Account, order: Order | None, place: Place, language: str, agent: Agent | None
) -> Challenge:
    """Have a code sent to an address that the account had before; raise `verifying.CannotVerify`."""
    challenge = verifying.challenge(
        account=account, order=order, place=place, language=language, agent=agent, now=timezone.now()
    )
    send_challenge.enqueue(challenge.pk)
    return challenge


@job(most_tries=5)
def send_challenge(challenge_id: int) -> None:
    """Write the mail with the code or the link. A mail that may be lost is written anew, with new secrets."""
    found = Challenge.objects.select_related("account__backend__shop", "order")
    challenge = found.filter(pk=challenge_id, used_at__isnull=True).first()
    if challenge is None or challenge.sent_at or queries.is_superseded(challenge):
        return
    code, token = verifying.arm(challenge=challenge)
    shop = challenge.account.backend.shop
    with override(challenge.language or shop.language):
        subject, text = _for_visit(challenge, shop, code) if challenge.visit else _for_talk(challenge, shop, token)
    try:
        _post(shop, challenge, subject, text)
    except (ChannelError, SMTPException, OSError) as error:
        if not _is_final(error, challenge):
            raise
        reason = str(error) if isinstance(error, ChannelError) else NOT_SENT
        verifying.mark_failed(challenge=challenge, reason=reason, now=timezone.now())
        return
    verifying.mark_sent(challenge=challenge, now=timezone.now())


def _is_final(error: Exception, challenge: Challenge) -> bool:
    """Tell whether trying again is pointless, or whoever waits for the mail has waited long enough."""
    if isinstance(error, SMTPRecipientsRefused) or (isinstance(error, ChannelError) and error.permanent):
        return True
    return timezone.now() - challenge.created_at > _GIVEN_UP_AFTER


def _for_visit(challenge: Challenge, shop: Shop, code: str) -> tuple[str, str]:
    """Write the mail to somebody who has our page open. No link: it would open the page of whoever typed the number."""
    subject = _("Your code for order %(number)s at %(shop)s")
    text = _(
        "Your code is\n\n    %(code)s\n\nType it on the page of your order within 10 minutes.\n\n"
        "Never tell it to anybody: nobody at %(shop)s will ask you for it.\n"
        "You did not open that page? Then do nothing: without this code nobody sees more of your order."
    )
    return subject % _facts(challenge, shop), text % {**_facts(challenge, shop), "code": f"{code[:3]} {code[3:]}"}


def _for_talk(challenge: Challenge, shop: Shop, token: str) -> tuple[str, str]:
    """Write the mail to somebody who is speaking with the shop."""
    subject = _("Please confirm that it is you: order %(number)s at %(shop)s")
    text = _(
        "Somebody, hopefully you, is speaking with %(shop)s about order %(number)s.\n"
        "Open this page and confirm that it is you; then we can act on the order:\n\n%(link)s\n\n"
        "The link works once, for 24 hours. It was not you? The page has a button for that, too."
    )
    link = settings.PUBLIC_URL + reverse("orders:link", args=[shop.slug, token])
    return subject % _facts(challenge, shop), text % {**_facts(challenge, shop), "link": link}


def _facts(challenge: Challenge, shop: Shop) -> dict[str, str]:
    return {"shop": shop.name, "number": challenge.order.number if challenge.order else ""}


def _post(shop: Shop, challenge: Challenge, subject: str, text: str) -> None:
    """Send a mail from the shop's own mailbox, or from the installation's where the shop has none."""
    channel = writing_channel(shop, IdentityKind.EMAIL)
    if channel is None:
        send_mail(one_line(subject), text, settings.DEFAULT_FROM_EMAIL, [challenge.key])
        return
    adapter, connection = registry.channel(channel.kind), working_connection(channel)
    outbound = Outbound(
        external_id=adapter.new_id(connection),
        to=(Party(IdentityKind.EMAIL, challenge.key),),
        sender_name=shop.name,
        subject=one_line(subject),
        text=text,
        automatic=True,
        language=challenge.language,
    )
    adapter.send(outbound, connection, handing_over=lambda: None)
