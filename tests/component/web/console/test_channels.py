"""Setting channels up, trying them, and the count."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from balcao.channels.actions.connecting import create_channel
from balcao.channels.models import Channel, FetchState, RefusedEnvelope
from balcao.channels.queries import config_of
from balcao.jobs import backend
from balcao.jobs.models import Job
from balcao.journal.types import SYSTEM
from balcao.plugins.channels.mail.config import MailConfig
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.testing.channels import PaperChannel
from balcao.web.console.configform import ConfigForm

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
SECRET = "hunter2-and-more"


def mail_form(of: Shop | None = None, **changes: str) -> dict[str, str]:
    """Return what the visitor sends for a mailbox that is fetched and sends by SMTP."""
    given = {
        "name": "Contato",
        "is_active": "on",
        "config-address": "contato@moringa.example",
        "config-incoming": "imap",
        "config-imap_host": "imap.moringa.example",
        "config-imap_port": "993",
        "config-imap_security": "tls",
        "config-folders": "INBOX",
        "config-since_days": "0",
        "config-outgoing": "smtp",
        "config-smtp_host": "smtp.moringa.example",
        "config-smtp_port": "465",
        "config-smtp_security": "tls",
        "config-login": "password",
        "config-password": SECRET,
        **({"shop": str(of.pk)} if of else {}),
    }
    return given | changes


@pytest.fixture
def visitor(helena: Agent, enter: Callable[[Agent | None], Client]) -> Client:
    return enter(helena)


@pytest.fixture
def mailbox(moringa: Shop) -> Channel:
    config = MailConfig(address="contato@moringa.example", imap_host="imap.example", smtp_host="s", password=SECRET)
    facts: dict[str, Any] = {"name": "Contato", "address": config.address, "config": config, "is_fetched": True}
    return create_channel(shop=moringa, kind="mail", actor=SYSTEM, now=NOW, **facts)


def test_a_mailbox_is_set_up_and_tried_by_a_worker(visitor: Client, moringa: Shop) -> None:
    answer = visitor.post(reverse("console:channel_new", args=["mail", "imap"]), mail_form(moringa))
    channel = Channel.objects.get()
    assert (channel.address, channel.is_fetched, config_of(channel).password) == (
        "contato@moringa.example",
        True,
        SECRET,
    )
    job = Job.objects.get()
    assert (job.task, job.args) == ("balcao.web.console.jobs.try_settings", [channel.pk])
    assert answer.headers["Location"] == f"/console/channels/{channel.pk}/?trial={job.pk}"


def test_what_is_needed_is_asked_for_only_where_it_matters(visitor: Client, moringa: Shop) -> None:
    address = reverse("console:channel_new", args=["mail", "imap"])
    refused = visitor.post(address, mail_form(moringa, **{"config-imap_host": "", "config-smtp_host": ""}))
    assert refused.status_code == 422
    assert refused.content.count(b'id="id_config-imap_host-error"') == 1
    taken = visitor.post(
        address,
        mail_form(moringa, **{"config-imap_host": "", "config-incoming": "none", "config-outgoing": "none"}),
    )
    assert taken.status_code == 302
    assert not Channel.objects.get().is_fetched


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"config-imap_port": "70000"}, "id_config-imap_port"),
        ({"config-imap_port": "abc"}, "id_config-imap_port"),
        ({"config-incoming": "pigeon"}, "id_config-incoming"),
        ({"config-address": ""}, "id_config-address"),
        ({"name": ""}, "id_name"),
        ({"shop": "999"}, "id_shop"),
    ],
)
def test_bad_settings_get_a_clear_answer(visitor: Client, moringa: Shop, changes: dict[str, str], field: str) -> None:
    answer = visitor.post(reverse("console:channel_new", args=["mail", "imap"]), mail_form(moringa, **changes))
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.content.decode()
    assert not Channel.objects.exists()


def test_secrets_are_never_shown_again(visitor: Client, mailbox: Channel) -> None:
    for page in ("channel", "channel_intake", "channel_envelopes"):
        assert SECRET not in visitor.get(reverse(f"console:{page}", args=[mailbox.pk])).content.decode()
    wrong = mail_form(**{"config-imap_port": "no"})
    assert SECRET not in visitor.post(reverse("console:channel", args=[mailbox.pk]), wrong).content.decode()


def test_a_secret_left_empty_keeps_its_value(visitor: Client, mailbox: Channel) -> None:
    visitor.post(reverse("console:channel", args=[mailbox.pk]), mail_form(**{"config-password": "", "name": "Balcão"}))
    mailbox.refresh_from_db()
    assert (mailbox.name, config_of(mailbox).password) == ("Balcão", SECRET)
    visitor.post(reverse("console:channel", args=[mailbox.pk]), mail_form(**{"config-password": "another-one"}))
    mailbox.refresh_from_db()
    assert config_of(mailbox).password == "another-one"


def test_the_ways_fill_the_form(visitor: Client, moringa: Shop) -> None:
    page = visitor.get(reverse("console:channel_new", args=["mail", "google"])).content.decode()
    assert 'value="imap.gmail.com"' in page
    assert visitor.get(reverse("console:channel_new", args=["mail", "pigeon"])).status_code == 404
    assert visitor.get(reverse("console:channel_new", args=["pigeon", "new"])).status_code == 404


def test_the_outcome_of_a_trial_appears(visitor: Client, mailbox: Channel, next_door: Shop) -> None:
    channel = mailbox
    visitor.post(reverse("console:channel_trial", args=[channel.pk]))
    job = Job.objects.get()
    address = reverse("console:channel_outcome", args=[channel.pk, job.pk])
    assert "hx-get" in visitor.get(address).content.decode()
    steps = [["Find the IMAP server", True, ""], ["Log in to read mail", False, "The server refuses.\nNO <b>no</b>"]]
    Job.objects.update(state="done", result=steps, finished_at=NOW)
    done = visitor.get(address).content.decode()
    assert "hx-get" not in done
    assert "Find the IMAP server" in done
    assert "NO &lt;b&gt;no&lt;/b&gt;" in done


def test_a_trial_of_another_channel_is_not_shown(visitor: Client, mailbox: Channel, letters: Channel) -> None:
    visitor.post(reverse("console:channel_trial", args=[mailbox.pk]))
    foreign = reverse("console:channel_outcome", args=[letters.pk, Job.objects.get().pk])
    assert visitor.get(foreign).status_code == 404


def test_the_count_names_what_is_refused_and_missing(visitor: Client, mailbox: Channel) -> None:
    FetchState.objects.filter(channel=mailbox).update(
        seen=7, kept=4, refused=1, missing=["INBOX:1:5", "INBOX:1:6"], failing_since=NOW, last_error="Gone.\nBYE <i>"
    )
    RefusedEnvelope.objects.create(channel=mailbox, external_id="INBOX:1:3", reason="Too large.", at=NOW)
    page = visitor.get(reverse("console:channel_intake", args=[mailbox.pk])).content.decode()
    for words in ("INBOX:1:5", "INBOX:1:6", "Too large.", "BYE &lt;i&gt;"):
        assert words in page
    visitor.post(reverse("console:channel_fetch_again", args=[mailbox.pk]))
    assert Job.objects.get().args == [mailbox.pk]
    assert "Fetch again" not in visitor.get(reverse("console:channel_intake", args=[mailbox.pk])).content.decode()


def test_consent_goes_out_and_comes_back_once(visitor: Client, moringa: Shop) -> None:
    config = MailConfig(address="a@gmail.com", login="google", imap_host="i", smtp_host="s", oauth_client_id="us")
    channel = create_channel(
        shop=moringa, kind="mail", name="G", address=config.address, config=config, actor=SYSTEM, now=NOW
    )
    there = visitor.get(reverse("console:channel_consent", args=[channel.pk])).headers["Location"]
    assert there.startswith("https://accounts.google.com/")
    state = visitor.session["consent"]["state"]
    back = reverse("console:consented")
    assert visitor.get(back, {"state": "wrong", "code": "4/x"}).headers["Location"] == "/console/channels/"
    assert not Job.objects.exists()
    visitor.get(reverse("console:channel_consent", args=[channel.pk]))
    state = visitor.session["consent"]["state"]
    visitor.get(back, {"state": state, "code": "4/secret-code"})
    job = Job.objects.get()
    assert "secret-code" not in str(job.args)
    assert visitor.get(back, {"state": state, "code": "4/secret-code"}).headers["Location"] == "/console/channels/"


def test_the_list_costs_the_same_for_many_channels(
    visitor: Client, moringa: Shop, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        config = MailConfig(address=f"box{number}@moringa.example")
        create_channel(
            shop=moringa, kind="mail", name="B", address=config.address, config=config, actor=SYSTEM, now=NOW
        )
    with django_assert_max_num_queries(10):
        visitor.get(reverse("console:channels"))


def test_a_settings_form_shows_only_what_matters(db: None) -> None:
    form = ConfigForm(config_class=MailConfig, values={})
    conditions = {field.name: condition for _title, fields in form.groups() for field, condition in fields}
    assert conditions["imap_host"] == "config-incoming=imap"
    assert conditions["address"] == ""


def test_a_worker_really_tries(visitor: Client, letters: Channel, paper: PaperChannel) -> None:
    from balcao.web.console.jobs import try_settings

    try_settings.enqueue(letters.pk)
    backend.run_due(worker="w")
    assert Job.objects.get().result == []


def test_a_first_answer_is_kept_by_language(visitor: Client, mailbox: Channel) -> None:
    address = reverse("console:channel_answers", args=[mailbox.pk])
    visitor.post(address, {"pt-BR": "Oi, {customer.first_name}!", "tr": " ", "en": ""})
    mailbox.refresh_from_db()
    assert mailbox.first_answers == {"pt-BR": "Oi, {customer.first_name}!"}
    refused = visitor.post(address, {"tr": "{agent.name}"})
    assert refused.status_code == 422
    mailbox.refresh_from_db()
    assert list(mailbox.first_answers) == ["pt-BR"]
