"""Webhooks of cloud mail providers, read by django-anymail: mail that came in, and what became of ours."""

import hashlib
import hmac
import logging
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from balcao.kit.i18n import N_
from balcao.plugins.channels.mail import faults
from balcao.plugins.channels.mail.cloud_reports import report_mail
from balcao.plugins.channels.mail.config import MailConfig
from balcao.ports.channel import ChannelError, HookAnswer, RawEnvelope
from balcao.ports.hooks import Forbidden, HookRequest

NO_PROVIDER = N_("No mail provider is chosen for this mailbox.")
NOT_SIGNED = N_("The webhook is not signed, or its login is wrong.")
NOT_UNDERSTOOD = N_("The mail provider sent something that cannot be understood.")
NOT_FETCHED = N_("The mail provider does not hand over what it announced. It is asked again.")
NO_PACKAGE = N_("This mail provider needs the package boto3: install balcao[s3].")

UNREAD = "hook-unread"  # the source of envelopes that hold a webhook as it came
_log = logging.getLogger(__name__)

_VIEWS = {
    "amazon_ses": ("amazon_ses", "AmazonSES"),
    "brevo": ("brevo", "Brevo"),
    "mailersend": ("mailersend", "MailerSend"),
    "mailgun": ("mailgun", "Mailgun"),
    "mailjet": ("mailjet", "Mailjet"),
    "mailtrap": ("mailtrap", "Mailtrap"),
    "postal": ("postal", "Postal"),
    "postmark": ("postmark", "Postmark"),
    "resend": ("resend", "Resend"),
    "sendgrid": ("sendgrid", "SendGrid"),
    "sparkpost": ("sparkpost", "SparkPost"),
}
_SIGNING = {"mailersend", "mailgun", "mailtrap", "mandrill", "postal", "resend"}  # the others need the login
_TOLERANCE = 300  # seconds between the signature's clock and ours


def received(request: HookRequest, config: MailConfig) -> HookAnswer:
    """Return the mails of a webhook; raise Forbidden if nobody vouches for it, ChannelError if it must be asked again.

    What is vouched for but cannot be read is kept as it came, so that it lands in quarantine and not in oblivion.
    """
    if not config.provider:
        raise Forbidden(NO_PROVIDER)
    if request.method == "HEAD":  # some providers try the address so when it is entered
        return HookAnswer()
    _prove(request, config)
    try:
        return HookAnswer(tuple(_envelopes(request, config)))
    except (Forbidden, ChannelError):
        raise
    except ImportError as error:
        raise ChannelError(NO_PACKAGE, permanent=False, code="protocol") from error
    except Exception:  # noqa: BLE001 - hostile mail trips every parser; the envelope keeps it all the same
        _log.exception("A webhook of %s could not be read", config.provider)
        return HookAnswer((_unread(request, config.provider),))


def _envelopes(request: HookRequest, config: MailConfig) -> Iterator[RawEnvelope]:
    for event in _events(request, config):
        if (envelope := _envelope(config.provider, event)) is not None:
            yield envelope


def _unread(request: HookRequest, provider: str) -> RawEnvelope:
    return RawEnvelope(f"{provider}:{hashlib.sha256(request.body).hexdigest()}", request.body, source=UNREAD)


def _prove(request: HookRequest, config: MailConfig) -> None:
    """Check the login; the signature is checked by the view that reads the webhook, where the provider signs."""
    if config.provider_login and not hmac.compare_digest(_login(request).encode(), config.provider_login.encode()):
        raise Forbidden(NOT_SIGNED)
    signs = config.provider in _SIGNING and config.provider_secret
    if not signs and not config.provider_login:
        raise Forbidden(NOT_SIGNED)
    if config.provider == "resend" and config.provider_secret:
        _check_svix(request, config.provider_secret, now=datetime.now(UTC))


def _login(request: HookRequest) -> str:
    kind, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        return b64decode(encoded, validate=True).decode() if kind.lower() == "basic" else ""
    except ValueError:
        return ""


def _check_svix(request: HookRequest, secret: str, *, now: datetime) -> None:
    """Check a signature of Svix (Standard Webhooks 1.0.0); anymail would need another package for it."""
    named, at = request.headers.get("svix-id", ""), request.headers.get("svix-timestamp", "")
    if not at.isascii() or not at.isdigit() or abs(now.timestamp() - int(at)) > _TOLERANCE:
        raise Forbidden(NOT_SIGNED)
    key = b64decode(secret.removeprefix("whsec_") + "==")
    expected = b64encode(hmac.digest(key, f"{named}.{at}.".encode() + request.body, "sha256"))
    given = [part.partition(",")[2] for part in request.headers.get("svix-signature", "").split()]
    if not any(hmac.compare_digest(expected, one.encode()) for one in given):
        raise Forbidden(NOT_SIGNED)


def _events(request: HookRequest, config: MailConfig) -> list[Any]:
    """Return the events; providers call one address for both, so a view that says "not mine" passes to the next."""
    from anymail.exceptions import AnymailAPIError, AnymailConfigurationError, AnymailWebhookValidationFailure
    from requests import RequestException

    views = _views(request, config)
    for place, view in enumerate(views, 1):
        asked = _django_request(request)
        try:
            view.run_validators(asked)
            return list(view.parse_events(asked))
        except AnymailWebhookValidationFailure as error:
            raise Forbidden(NOT_SIGNED) from error
        except (AnymailAPIError, RequestException) as error:  # what some providers have us fetch besides
            raise faults.fault(NOT_FETCHED, "connect", words=type(error).__name__) from error
        except AnymailConfigurationError:
            if place == len(views):
                raise
    return []


def _views(request: HookRequest, config: MailConfig) -> list[Any]:
    """Return anymail's views for this webhook, the likeliest first."""
    from importlib import import_module

    if config.provider == "mandrill":
        view = import_module("anymail.webhooks.mandrill").MandrillCombinedWebhookView
        return [_view(view, replace(config, provider_url=config.provider_url or _address(request)))]
    module, name = _VIEWS[config.provider]
    views = import_module(f"anymail.webhooks.{module}")
    inbound, tracking = getattr(views, f"{name}InboundWebhookView"), getattr(views, f"{name}TrackingWebhookView")
    if config.provider in {"sendgrid", "mailjet"}:  # these two views cannot tell
        return [_view(tracking if _is_tracking(request) else inbound, config)]
    return [_view(inbound, config, "inbound"), _view(tracking, config, "tracking")]


def _address(request: HookRequest) -> str:
    """Return the address that was called, which Mandrill signs; behind a proxy that changes it, the settings say it."""
    scheme = request.headers.get("x-forwarded-proto", "https")
    return f"{scheme}://{request.headers.get('host', '')}{request.path}"


def _is_tracking(request: HookRequest) -> bool:
    body = request.body.lstrip()[:1]
    return body == b"[" or (body == b"{" and b'"event"' in request.body[:2000] and b'"Headers"' not in request.body)


def _view(view: Any, config: MailConfig, way: str = "") -> Any:
    """Make a view with the mailbox's own keys instead of Django's settings."""
    made = view(webhook_secret=[config.provider_login or "-"], **_keys(config, way))
    made.basic_auth = []  # `_prove` has checked the login
    return made


def _keys(config: MailConfig, way: str) -> Mapping[str, Any]:
    secret, key = config.provider_secret, config.provider_key
    url = {"api_url": config.provider_url} if config.provider_url else {}
    keys: dict[str, Mapping[str, Any]] = {
        "amazon_ses": {"client_params": {"region_name": config.provider_domain} if config.provider_domain else {}},
        "brevo": {"api_key": key, **url} if way == "inbound" else {},
        "mailersend": {"inbound_secret" if way == "inbound" else "signing_secret": secret},
        "mailgun": {"webhook_signing_key": secret, "api_key": key or None},
        "mailtrap": {f"{way}_secret": secret or None, **({"api_token": key, **url} if way == "inbound" else {})},
        "mandrill": {"webhook_key": secret, "webhook_url": config.provider_url or None},
        "postal": {"webhook_key": secret},
        "resend": {"api_key": key, **url} if way == "inbound" else {},
    }
    return keys.get(config.provider, {})


def _django_request(request: HookRequest) -> Any:
    """Build the request that anymail reads, with nothing in it but what the provider sent."""
    from django.core.handlers.wsgi import WSGIRequest

    host, _, port = request.headers.get("host", "localhost").partition(":")
    environment = {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": request.path,
        "QUERY_STRING": "",
        "SERVER_NAME": host,
        "SERVER_PORT": port or "443",
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(request.body)),
        "REMOTE_ADDR": request.remote_address,
        "wsgi.input": BytesIO(request.body),
        "wsgi.url_scheme": request.headers.get("x-forwarded-proto", "https"),
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.items()},
    }
    made = WSGIRequest(environment)
    made._body = request.body  # noqa: SLF001 - read already: Django's limit for pages is not meant for mails
    return made


def _envelope(provider: str, event: Any) -> RawEnvelope | None:
    """Return the envelope of an event, None for one that tells nothing of a mail's way (opened, clicked)."""
    message = getattr(event, "message", None)
    if message is None:
        return report_mail(provider, event)
    return RawEnvelope(
        external_id=f"{provider}:{_fingerprint(message)}",
        body=_raw(message),
        source="hook",
        received_at=event.timestamp,
    )


def _raw(message: Any) -> bytes:
    """Return the mail as it was, with the envelope's addresses that the provider tells beside it."""
    raw: bytes = message.as_bytes(
        policy=message.policy.clone(refold_source="none", linesep="\r\n", max_line_length=None)
    )
    for name, value in (("Delivered-To", message.envelope_recipient), ("Return-Path", message.envelope_sender)):
        if value is not None and name not in message:
            address = "".join(c for c in value if c.isprintable()).strip("<> ")
            raw = f"{name}: <{address}>\r\n".encode() + raw
    return raw


def _fingerprint(message: Any) -> str:
    """Return a digest that is the same when the provider repeats a mail, also where anymail built it from parts."""
    named = next((str(value) for name, value in message.raw_items() if name.lower() == "message-id"), "")
    digest = hashlib.sha256(f"{named}\n{message.envelope_recipient or ''}\n".encode("utf-8", "replace"))
    for part in message.walk():
        if not part.is_multipart():
            digest.update(part.get_payload(decode=True) or b"")
    return digest.hexdigest()
