"""Webhooks: kept before they are answered, or turned away."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from balcao.api import hooks
from balcao.channels.actions.connecting import create_channel
from balcao.channels.models import Channel, Envelope
from balcao.journal.types import SYSTEM
from balcao.plugins.channels.form.config import FormConfig
from balcao.plugins.channels.mail.config import MailConfig
from balcao.shops.models import Shop

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
LOGIN = "hook:long-enough"
MAIL = {"FromFull": {"Email": "ana@example.com"}, "RawEmail": "From: ana@example.com\nMessage-ID: <m1@x>\n\nOi\n"}


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop.objects.create(name="Loja", slug="loja", languages=["pt-br"], created_at=NOW)


@pytest.fixture
def channel(shop: Shop) -> Channel:
    config = MailConfig(
        address="sac@loja.example", incoming="provider", provider="postmark", provider_login=LOGIN, outgoing="none"
    )
    return create_channel(
        shop=shop, kind="mail", name="SAC", address="sac@loja.example", config=config, actor=SYSTEM, now=NOW
    )


def call(client: Client, channel: Channel, body: Any = MAIL, login: str = LOGIN) -> Any:
    authorization = "Basic " + b64encode(login.encode()).decode()
    return client.post(
        f"/hooks/{channel.public_key}/",
        data=body if isinstance(body, bytes) else json.dumps(body),
        content_type="application/json",
        headers={"authorization": authorization},
    )


def test_a_mail_is_kept_before_it_is_answered_and_only_once(client: Client, channel: Channel) -> None:
    assert call(client, channel).status_code == 200
    assert call(client, channel).status_code == 200
    envelope = Envelope.objects.get()
    assert envelope.channel == channel
    assert envelope.state == "kept"


def test_who_cannot_prove_it_leaves_no_trace(client: Client, channel: Channel) -> None:
    assert call(client, channel, login="hook:guess").status_code == 403
    assert not Envelope.objects.exists()


def test_no_such_channel_or_one_that_is_switched_off(client: Client, channel: Channel) -> None:
    assert client.post("/hooks/nothing/", data="{}", content_type="application/json").status_code == 404
    Channel.objects.update(is_active=False)
    assert call(client, channel).status_code == 404


def test_a_kind_without_webhooks_takes_none(client: Client, shop: Shop) -> None:
    form = create_channel(shop=shop, kind="form", name="Fale", address="", config=FormConfig(), actor=SYSTEM, now=NOW)
    assert call(client, form).status_code == 403


def test_what_cannot_be_read_is_kept_all_the_same(client: Client, channel: Channel) -> None:
    assert call(client, channel, b"no json").status_code == 200
    assert Envelope.objects.get().source == "hook-unread"


def test_a_provider_that_must_ask_again_is_told_so(client: Client, channel: Channel) -> None:
    attachment = {"Name": "a.pdf", "ContentType": "application/pdf", "DownloadToken": "t"}
    channel.settings |= {"provider": "brevo", "provider_url": "http://127.0.0.1:1/"}
    channel.save()
    body = {"items": [{"Headers": {"From": "ana@example.com"}, "Attachments": [attachment]}]}
    assert call(client, channel, body).status_code == 503
    assert not Envelope.objects.exists()


def test_large_mails_pass_and_floods_do_not(
    client: Client, channel: Channel, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000  # the limit for pages is not the limit here
    assert call(client, channel, {**MAIL, "Filler": "x" * 5000}).status_code == 200
    assert Envelope.objects.get().source == "hook"
    monkeypatch.setattr(hooks, "MOST_BYTES", 1000)
    assert call(client, channel, {**MAIL, "Filler": "x" * 5000}).status_code == 413
