"""Webhooks and APIs of cloud mail providers.

The payloads have the fields that the providers' own pages document, with our people in them:
Postmark https://postmarkapp.com/developer/webhooks/inbound-webhook and .../bounce-webhook;
Mailgun https://documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store and .../webhooks;
Brevo https://developers.brevo.com/docs/inbound-parse-webhooks; SparkPost https://developers.sparkpost.com/api/relay-webhooks;
Mandrill https://mailchimp.com/developer/transactional/docs/webhooks; Mailjet https://dev.mailjet.com/email/guides/parse-api;
SendGrid https://www.twilio.com/docs/sendgrid/for-developers/parsing-email; Resend https://resend.com/docs/webhooks;
MailerSend https://developers.mailersend.com/api/v1/inbound.html; Amazon SES
https://docs.aws.amazon.com/ses/latest/dg/receiving-email-notifications-contents.html.
"""

import hashlib
import hmac
import json
import threading
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import urlencode

import pytest

from balcao.plugins.channels.mail.adapter import Mail
from balcao.plugins.channels.mail.config import MailConfig
from balcao.ports.channel import (
    ChannelError,
    Connection,
    File,
    IdentityKind,
    Nature,
    Outbound,
    Party,
    RawEnvelope,
    Unreadable,
)
from balcao.ports.hooks import Forbidden, HookRequest

LOGIN = "hook:long-enough"
RAW = (
    "Received: from mail.example.com by mx.provider.example; Mon, 2 Mar 2026 10:00:00 +0000\n"
    "From: Ana Çelik <ana@example.com>\n"
    "To: sac@loja.example\n"
    "Subject: Onde est=?utf-8?q?=C3=A1?=\n"
    "Message-ID: <m1@example.com>\n"
    "Date: Mon, 2 Mar 2026 09:59:00 +0000\n"
    "X-Very-Long: " + "word " * 60 + "\n"
    "Content-Type: text/plain; charset=utf-8\n"
    "Content-Transfer-Encoding: 8bit\n"
    "\n"
    "Onde está meu pedido?\n"
)


def config(provider: str, **settings: Any) -> MailConfig:
    known = {"provider_login": LOGIN, "incoming": "provider", "outgoing": "provider", **settings}
    return MailConfig(address="sac@loja.example", provider=provider, **known)


def basic(login: str = LOGIN) -> dict[str, str]:
    return {"authorization": "Basic " + b64encode(login.encode()).decode()}


def asked(
    body: bytes | Mapping[str, Any] | list[Any], headers: Mapping[str, str] | None = None, **more: str
) -> HookRequest:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    kind = {"content-type": more.pop("content_type", "application/json")}
    given = {**kind, **(basic() if headers is None else headers), "host": "desk.example"}
    return HookRequest("POST", "/hooks/k3y", given, {}, raw)


def form(fields: Mapping[str, str], headers: Mapping[str, str] | None = None) -> HookRequest:
    return asked(urlencode(fields).encode(), headers, content_type="application/x-www-form-urlencoded")


def receive(request: HookRequest, settings: MailConfig) -> tuple[RawEnvelope, ...]:
    return Mail().receive(request, Connection(settings)).envelopes


def only(envelopes: tuple[RawEnvelope, ...]) -> RawEnvelope:
    [envelope] = envelopes
    return envelope


def postmark(**fields: Any) -> dict[str, Any]:
    return {
        "FromName": "Ana",
        "From": "ana@example.com",
        "FromFull": {"Email": "ana@example.com", "Name": "Ana", "MailboxHash": ""},
        "ToFull": [{"Email": "sac@loja.example", "Name": "", "MailboxHash": ""}],
        "OriginalRecipient": "sac@loja.example",
        "Subject": "Onde está?",
        "MessageID": "22c74902-a0c1-4511-804f-341342852c90",
        "Headers": [{"Name": "Return-Path", "Value": "<bounces@example.com>"}],
        "RawEmail": RAW,
        **fields,
    }


def sparkpost() -> list[dict[str, Any]]:
    content = {"email_rfc822": RAW, "email_rfc822_is_base64": False, "subject": "x", "to": ["sac@loja.example"]}
    relay = {"msg_from": "bounces@example.com", "rcpt_to": "sac@loja.example", "protocol": "smtp", "content": content}
    return [{"msys": {"relay_message": relay}}]


def mailgun_signature(key: str = "signing-key") -> dict[str, str]:
    signature = hmac.new(key.encode(), b"1772445600some-token", hashlib.sha256).hexdigest()
    return {"timestamp": "1772445600", "token": "some-token", "signature": signature}


def mailgun(key: str = "signing-key") -> HookRequest:
    sent = {
        "recipient": "sac@loja.example",
        "sender": "bounces@example.com",
        "body-mime": RAW,
        **mailgun_signature(key),
    }
    return form(sent, {})


def mandrill(key: str = "webhook-key") -> HookRequest:
    message = {
        "raw_msg": RAW,
        "email": "sac@loja.example",
        "sender": "bounces@example.com",
        "spam_report": {"score": 1},
    }
    events = json.dumps([{"event": "inbound", "ts": 1772445600, "msg": message}])
    signed = "https://desk.example/hooks/k3y" + "mandrill_events" + events
    signature = b64encode(hmac.new(key.encode(), signed.encode(), hashlib.sha1).digest()).decode()
    return form({"mandrill_events": events}, {"x-mandrill-signature": signature})


def mailersend(key: str = "inbound-key") -> HookRequest:
    sender = {"email": "bounces@example.com"}
    body = {
        "type": "inbound.message",
        "data": {
            "id": "62011cc1d37eb9cc2dc81b5c",
            "recipients": {"rcptTo": [{"email": "sac@loja.example"}], "to": {"raw": "sac@loja.example"}},
            "sender": sender,
            "raw": RAW,
            "created_at": "2026-03-02T10:00:00.000000Z",
        },
    }
    raw = json.dumps(body).encode()
    return asked(raw, {"signature": hmac.new(key.encode(), raw, hashlib.sha256).hexdigest()})


WHOLE = [
    pytest.param(asked(postmark()), config("postmark"), id="postmark"),
    pytest.param(asked(sparkpost()), config("sparkpost"), id="sparkpost"),
    pytest.param(mailgun(), config("mailgun", provider_secret="signing-key", provider_login=""), id="mailgun"),
    pytest.param(mandrill(), config("mandrill", provider_secret="webhook-key", provider_login=""), id="mandrill"),
    pytest.param(mailersend(), config("mailersend", provider_secret="inbound-key", provider_login=""), id="mailersend"),
    pytest.param(
        form({"email": RAW, "envelope": '{"to": ["sac@loja.example"], "from": "bounces@example.com"}'}, basic()),
        config("sendgrid"),
        id="sendgrid",
        marks=pytest.mark.filterwarnings("ignore:django-anymail has dropped official support for SendGrid"),
    ),
]


@pytest.mark.parametrize("request_,settings", WHOLE)
def test_a_whole_mail_comes_through_as_it_was(request_: HookRequest, settings: MailConfig) -> None:
    envelope = only(receive(request_, settings))

    lines = envelope.body.decode().splitlines()
    assert "\n".join(line.rstrip() for line in lines).endswith("\n".join(line.rstrip() for line in RAW.splitlines()))
    inbound = Mail().parse(Mail().clean(envelope), Connection(settings))
    assert inbound.sender.value == "ana@example.com"
    assert inbound.text == "Onde está meu pedido?"
    assert inbound.external_id.strip("<>") == "m1@example.com"
    assert b"Delivered-To: <sac@loja.example>" in envelope.body  # who it was for, even in blind copy
    assert b"Return-Path: <bounces@example.com>" in envelope.body or settings.provider == "mandrill"


@pytest.mark.parametrize("request_,settings", WHOLE)
def test_the_same_mail_again_has_the_same_id(request_: HookRequest, settings: MailConfig) -> None:
    assert only(receive(request_, settings)).external_id == only(receive(request_, settings)).external_id


def brevo() -> dict[str, Any]:
    headers = {
        "From": "Ana <ana@example.com>",
        "To": "sac@loja.example",
        "Subject": "Onde está?",
        "Message-ID": "<m1@example.com>",
        "Received": ["by a.example", "by b.example"],
    }
    return {"items": [{"Uuid": ["u"], "Headers": headers, "RawTextBody": "Onde está meu pedido?\n", "Attachments": []}]}


def mailjet() -> dict[str, Any]:
    headers = {"From": "Ana <ana@example.com>", "Message-ID": "<m1@example.com>", "Subject": "Onde está?"}
    return {
        "Sender": "bounces@example.com",
        "Recipient": "sac@loja.example",
        "Headers": headers,
        "Parts": [{"Headers": {"Content-Type": 'application/pdf; name="nota.pdf"'}, "ContentRef": "Attachment1"}],
        "Text-part": "Onde está meu pedido?\n",
        "Html-part": "<p>Onde está meu pedido?</p>",
        "Attachment1": b64encode(b"%PDF").decode(),
    }


@pytest.mark.parametrize(
    "body,settings",
    [
        (brevo(), config("brevo", provider_key="key")),
        (mailjet(), config("mailjet")),
        (postmark(RawEmail=None) | {"TextBody": "Onde está meu pedido?\n"}, config("postmark")),
    ],
    ids=["brevo", "mailjet", "postmark-without-raw"],
)
def test_a_mail_told_in_parts_is_put_together(body: dict[str, Any], settings: MailConfig) -> None:
    request = asked({name: value for name, value in body.items() if value is not None})
    first, second = only(receive(request, settings)), only(receive(request, settings))
    inbound = Mail().parse(first, Connection(settings))
    assert inbound.sender.value == "ana@example.com"
    assert inbound.subject == "Onde está?"
    assert inbound.text == "Onde está meu pedido?"
    assert [file.content for file in inbound.files] == ([b"%PDF"] if "Attachment1" in body else [])
    assert first.external_id == second.external_id  # though the boundaries differ


@pytest.mark.parametrize(
    "request_,settings",
    [
        (asked(postmark(), {}), config("postmark")),
        (asked(postmark(), basic("hook:wrong")), config("postmark")),
        (asked(postmark(), {"authorization": "Basic !!!"}), config("postmark")),
        (asked(postmark()), config("postmark", provider_login="")),  # nothing set up: nobody is let in
        (asked(postmark()), config("postmark", provider_login="", provider_secret="x")),  # it does not sign
        (mailgun("other"), config("mailgun", provider_secret="signing-key", provider_login="")),
        (mailgun(), config("mailgun", provider_secret="signing-key")),  # signed, but the login is asked for too
        (mandrill("other"), config("mandrill", provider_secret="webhook-key", provider_login="")),
        (mailersend("other"), config("mailersend", provider_secret="inbound-key", provider_login="")),
        (asked(postmark()), config("")),
    ],
)
def test_who_cannot_prove_it_is_turned_away(request_: HookRequest, settings: MailConfig) -> None:
    with pytest.raises(Forbidden):
        receive(request_, settings)


def resend(at: float, key: bytes = b"k" * 24, event: str = "email.bounced") -> HookRequest:
    email = {"email_id": "e1", "to": ["ana@example.com"], "from": "sac@loja.example", "subject": "Re", "tags": {}}
    body = json.dumps({"type": event, "created_at": "2026-03-02T10:00:00.000Z", "data": email}).encode()
    stamp = str(int(at))
    signature = b64encode(hmac.digest(key, f"msg_1.{stamp}.".encode() + body, "sha256")).decode()
    return asked(body, {"svix-id": "msg_1", "svix-timestamp": stamp, "svix-signature": f"v1,AAAA v1,{signature}"})


def test_resends_signature_and_its_age_are_checked() -> None:
    settings = config(
        "resend", provider_key="re_x", provider_secret="whsec_" + b64encode(b"k" * 24).decode(), provider_login=""
    )
    assert b"Action: failed" in only(receive(resend(time.time()), settings)).body
    for forged in (resend(time.time(), key=b"x" * 24), resend(time.time() - 1000)):
        with pytest.raises(Forbidden):
            receive(forged, settings)


def test_what_is_not_understood_is_kept_and_set_aside() -> None:
    settings = config("postmark")
    envelope = only(receive(asked(b"no json, card 4111 1111 1111 1111"), settings))
    assert envelope.body.startswith(b"no json")
    assert b"1111 1111 1111" not in Mail().clean(envelope).body
    with pytest.raises(Unreadable, match="cannot be understood"):
        Mail().parse(Mail().clean(envelope), Connection(settings))
    again = only(receive(asked(b"no json, card 4111 1111 1111 1111"), settings))
    assert again.external_id == envelope.external_id


def test_what_the_provider_only_announced_is_asked_for_again() -> None:
    body = brevo()
    body["items"][0]["Attachments"] = [{"Name": "a.pdf", "ContentType": "application/pdf", "DownloadToken": "t"}]
    with pytest.raises(ChannelError) as caught:
        receive(asked(body), config("brevo", provider_key="key", provider_url="http://127.0.0.1:1/"))
    assert not caught.value.permanent


def test_a_broken_mail_comes_through_as_it_was() -> None:
    broken = "From: =?utf-8?b?!!!\nMessage-ID: <<a@b\nContent-Type: multipart/mixed; boundary=\n\n--x\n\udc80"
    settings = config("postmark")
    envelope = only(receive(asked(postmark(RawEmail=broken)), settings))
    assert b"From: =?utf-8?b?!!!" in envelope.body
    assert only(receive(asked(postmark(RawEmail=broken)), settings)).external_id == envelope.external_id


def test_a_provider_that_needs_another_package_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "anymail.webhooks.amazon_ses", None)
    with pytest.raises(ChannelError, match="boto3"):
        receive(asked({"Type": "Notification"}), config("amazon_ses"))


def bounce(**fields: Any) -> dict[str, Any]:
    return {
        "RecordType": "Bounce",
        "ID": 901542550,
        "Type": "HardBounce",
        "MessageID": "883953f4",
        "Description": "The server was unable to deliver your message.",
        "Details": "smtp;550 5.1.1 No such\r\n person",
        "Email": "ana@example.com",
        "BouncedAt": "2026-03-02T10:00:00Z",
        "Metadata": {"balcao_id": "c.abc@loja.example"},
        **fields,
    }


@pytest.mark.parametrize(
    "event,nature,action,permanent",
    [
        (bounce(), Nature.BOUNCE, "failed", True),
        (bounce(Type="Transient"), Nature.BOUNCE, "delayed", False),
        (bounce(RecordType="SpamComplaint", Type="SpamComplaint"), Nature.COMPLAINT, "complaint", None),
    ],
)
def test_what_became_of_our_mail_arrives_as_a_report(
    event: dict[str, Any], nature: Nature, action: str, permanent: bool | None
) -> None:
    settings = config("postmark")
    inbound = Mail().parse(only(receive(asked(event), settings)), Connection(settings))
    assert inbound.nature == nature
    assert inbound.report is not None
    assert inbound.report.recipient == "ana@example.com"
    assert inbound.report.action == action
    assert inbound.report.about.strip("<>") == "c.abc@loja.example"
    assert permanent is None or inbound.report.permanent is permanent


def test_openings_and_clicks_are_not_kept() -> None:
    opened = {
        "RecordType": "Open",
        "MessageID": "x",
        "Recipient": "ana@example.com",
        "ReceivedAt": "2026-03-02T10:00:00Z",
    }
    assert receive(asked(opened), config("postmark")) == ()


def test_a_provider_may_knock() -> None:
    request = replace(asked(b""), method="HEAD")
    assert Mail().receive(request, Connection(config("mandrill"))).status == 200


# --- Sending ----------------------------------------------------------------------------------------------------------


class Api:
    """A stand-in for a provider's API on this machine."""

    def __init__(self) -> None:
        self.status, self.answer = 200, {"MessageID": "pm-1", "ErrorCode": 0, "Message": "OK", "To": "ana@example.com"}
        self.headers: dict[str, str] = {}
        self.asked: list[dict[str, Any]] = []
        self.hangs_up = False
        self.url = ""


@contextmanager
def serving(api: Api) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            api.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            if api.hangs_up:
                return
            body = json.dumps(api.answer).encode()
            self.send_response(api.status)
            for name, value in {**api.headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        api.url = f"http://127.0.0.1:{server.server_port}/"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield
        server.shutdown()
        thread.join()


@pytest.fixture
def api() -> Iterator[Api]:
    standing = Api()
    with serving(standing):
        yield standing


REPLY = Outbound(
    external_id="c.abc@loja.example",
    to=(Party(IdentityKind.EMAIL, "ana@example.com", "Ana Çelik"),),
    text="Olá!",
    sender_name="Loja",
    subject="Re: Onde está?",
    answers=("m1@example.com",),
    files=(File("nota.pdf", "application/pdf", b"%PDF"),),
    automatic=True,
)


def send(api: Api, order: list[str] | None = None) -> str:
    steps = order if order is not None else []
    settings = config("postmark", provider_key="server-token", provider_url=api.url)
    receipt = Mail().send(REPLY, Connection(settings), handing_over=lambda: steps.append(f"{len(api.asked)} asked"))
    return receipt.detail


def test_a_mail_leaves_through_the_provider_with_its_headers(api: Api) -> None:
    order: list[str] = []
    assert send(api, order) == "pm-1"
    [sent] = api.asked
    headers = {header["Name"]: header["Value"] for header in sent["Headers"]}
    assert headers["Message-ID"] == "<c.abc@loja.example>"
    assert headers["In-Reply-To"] == "<m1@example.com>"
    assert headers["Auto-Submitted"] == "auto-replied"
    assert headers["X-PM-KeepID"] == "true"
    assert sent["Metadata"] == {"balcao_id": "c.abc@loja.example"}
    assert sent["TextBody"] == "Olá!"
    assert sent["Attachments"][0]["Name"] == "nota.pdf"
    assert order == ["0 asked"]  # marked before anything left


@pytest.mark.parametrize(
    "status,answer,code,permanent,uncertain",
    [
        (422, {"ErrorCode": 300, "Message": "Invalid 'From' address"}, "refused", True, False),
        (401, {"ErrorCode": 10, "Message": "Bad token"}, "auth", False, False),
        (429, {}, "rate", False, False),
        (503, {}, "rate", False, False),
        (500, {}, "uncertain", True, True),
    ],
)
def test_the_providers_answers_are_told_apart(
    api: Api, status: int, answer: dict[str, Any], code: str, permanent: bool, uncertain: bool
) -> None:
    api.status, api.answer, api.headers = status, answer, {"Retry-After": "90"}
    with pytest.raises(ChannelError) as caught:
        send(api)
    assert (caught.value.code, caught.value.permanent, caught.value.uncertain) == (code, permanent, uncertain)
    assert "server-token" not in str(caught.value)
    assert (caught.value.retry_after == 90) == (code == "rate")


def test_silence_after_the_hand_over_is_uncertain(api: Api) -> None:
    api.hangs_up = True
    with pytest.raises(ChannelError) as caught:
        send(api)
    assert caught.value.uncertain


def test_an_answer_that_makes_no_sense_is_uncertain(api: Api) -> None:
    api.answer = {"ErrorCode": 0, "MessageID": "pm-1", "Message": "OK", "To": "nobody"}
    with pytest.raises(ChannelError) as caught:
        send(api)
    assert caught.value.uncertain


def test_a_provider_that_is_not_there_is_tried_again() -> None:
    api = Api()
    api.url = "http://127.0.0.1:1/"
    with pytest.raises(ChannelError) as caught:
        send(api)
    assert (caught.value.code, caught.value.permanent, caught.value.uncertain) == ("connect", False, False)
