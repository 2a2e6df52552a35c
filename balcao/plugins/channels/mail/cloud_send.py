"""Sending through a cloud provider's API, by django-anymail."""

from collections.abc import Callable, Mapping
from contextlib import closing
from email import message_from_bytes
from email.policy import default
from typing import Any

from balcao.kit.i18n import N_
from balcao.kit.numbers import number_in
from balcao.plugins.channels.mail import faults
from balcao.plugins.channels.mail.cloud import NO_PACKAGE
from balcao.plugins.channels.mail.cloud_reports import OUR_ID
from balcao.plugins.channels.mail.compose import attached
from balcao.plugins.channels.mail.config import MailConfig
from balcao.ports.channel import ChannelError, Outbound, Party, Receipt

REFUSED = N_("The mail provider refuses this mail.")
KEY = N_("The mail provider refuses the API key.")
LATER = N_("The mail provider asks to try later.")
UNANSWERED = N_("The mail provider gave no answer after the mail was handed over: it may have left.")
UNREACHED = N_("The mail provider cannot be reached.")

_HEADERS = (
    "Message-ID",
    "In-Reply-To",
    "References",
    "Content-Language",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Precedence",
    "X-Loop",
)


def deliver(config: MailConfig, outbound: Outbound, mail: bytes, *, handing_over: Callable[[], None]) -> Receipt:
    """Send the composed mail; raise ChannelError, uncertain where the provider may have taken it without saying so."""
    from anymail.exceptions import AnymailError

    try:
        message = _message(config, outbound, mail)
        with closing(_backend(config)) as backend:
            backend.open()
            handing_over()
            backend.send_messages([message])
    except ImportError as error:
        raise ChannelError(NO_PACKAGE, permanent=False, code="protocol") from error
    except AnymailError as error:
        raise _fault(error) from error
    return Receipt(outbound.external_id, str(message.anymail_status.message_id or ""))


def _backend(config: MailConfig) -> Any:
    from importlib import import_module

    return import_module(f"anymail.backends.{config.provider}").EmailBackend(
        ignore_unsupported_features=True, **_keys(config)
    )


def _keys(config: MailConfig) -> Mapping[str, Any]:
    """Return the provider's credentials under the names anymail gives them."""
    key, url = config.provider_key, {"api_url": config.provider_url} if config.provider_url else {}
    first, _, second = key.partition(":")
    keys: dict[str, Mapping[str, Any]] = {
        "amazon_ses": {
            "session_params": {"aws_access_key_id": first, "aws_secret_access_key": second},
            "client_params": {"region_name": config.provider_domain} if config.provider_domain else {},
        },
        "mailersend": {"api_token": key, **url},
        "mailgun": {"api_key": key, "sender_domain": config.provider_domain or None, **url},
        "mailjet": {"api_key": first, "secret_key": second, **url},
        "mailtrap": {"api_token": key, **url},
        "postmark": {"server_token": key, **url},
        "sendgrid": {"api_key": key, "generate_message_id": False, **url},
    }
    return keys.get(config.provider, {"api_key": key, **url})


def _message(config: MailConfig, outbound: Outbound, mail: bytes) -> Any:
    """Build Django's message with the headers that the composed mail has."""
    from anymail.message import AnymailMessage

    composed = message_from_bytes(mail, policy=default)
    headers = {name: str(composed[name]) for name in _HEADERS if composed[name]}
    if config.provider == "postmark":
        headers["X-PM-KeepID"] = "true"  # else it gives the mail an id of its own
    page = composed.get_body(("html",))
    message = AnymailMessage(
        subject=outbound.subject,
        body=outbound.text,
        from_email=_named(Party(outbound.to[0].kind, config.address, outbound.sender_name)),
        to=[_named(party) for party in outbound.to],
        cc=[_named(party) for party in outbound.copied],
        reply_to=[str(composed["Reply-To"])] if composed["Reply-To"] else None,
        headers=headers,
    )
    message.attach_alternative(page.get_content() if page else "", "text/html")
    for file in outbound.files:
        message.attach(attached(file))
    message.metadata = {OUR_ID: outbound.external_id}
    return message


def _named(party: Party) -> str:
    from email.utils import formataddr

    return formataddr((party.name, party.value)) if party.name else party.value


def _fault(error: Exception) -> ChannelError:
    """Tell a refusal, a pause and silence apart."""
    from anymail import exceptions as anymail
    from requests import ConnectTimeout

    words = str(error).replace("\n", " ")
    unfit = (anymail.AnymailUnsupportedFeature, anymail.AnymailSerializationError, anymail.AnymailConfigurationError)
    if isinstance(error, anymail.AnymailRecipientsRefused):
        return faults.fault(REFUSED, "address", words=words, permanent=True)
    if isinstance(error, unfit):
        return faults.fault(REFUSED, "refused", words=words, permanent=True)
    status = getattr(error, "status_code", None)
    if status is not None:
        return _answer_fault(int(status), words, error)
    cause = error.__cause__
    if isinstance(cause, ConnectTimeout) or "NewConnectionError" in repr(cause):
        return faults.fault(UNREACHED, "connect")
    return ChannelError(UNANSWERED, permanent=True, code="uncertain", uncertain=True)


def _answer_fault(status: int, words: str, error: Any) -> ChannelError:
    if status in (401, 403):
        return faults.fault(KEY, "auth", words=words)
    if status in (408, 425, 429, 503):
        wait = error.response.headers.get("Retry-After", "") if error.response is not None else ""
        return ChannelError(LATER, permanent=False, code="rate", retry_after=number_in(wait))
    if status >= 500:  # noqa: PLR2004 - HTTP status codes; behind a gateway the mail may have been taken
        return ChannelError(UNANSWERED, permanent=True, code="uncertain", uncertain=True)
    return faults.fault(REFUSED, "size" if status == 413 else "refused", words=words, permanent=True)  # noqa: PLR2004
