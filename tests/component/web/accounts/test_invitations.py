"""Coming in by invitation."""

import re
from datetime import timedelta

import pytest
from django.core import mail, signing
from django.test import Client
from django.utils import timezone

from balcao.jobs import backend
from balcao.journal.models import Entry
from balcao.shops.models import Shop
from balcao.staff.models import Agent
from balcao.staff.types import Role
from balcao.testing.factories import make_agent
from balcao.web.accounts.invitations import GOOD_FOR, invitation_link, invited_agent
from balcao.web.accounts.mails import send_invitation

CHOSEN = {"name": "Mehmet Demir", "password": "a long enough one"}


@pytest.fixture
def mehmet(shop: Shop) -> Agent:
    return make_agent("Mehmet", shop=shop, language="tr")


def path_of(agent: Agent) -> str:
    return "/account/" + invitation_link(agent).partition("/account/")[2]


def test_an_admin_invites_by_mail(visitor: Client, elif_: Agent, shop: Shop) -> None:
    visitor.force_login(elif_)
    answer = visitor.post(
        "/console/agents/new/",
        {"email": "Ana@moringa.example", "name": "Ana", "language": "pt-br", "role": "agent", "shops": [shop.pk]},
    )
    assert answer.status_code == 302
    assert Agent.objects.get(email="ana@moringa.example").role == Role.AGENT
    backend.run_due(worker="w")
    assert mail.outbox[0].to == ["ana@moringa.example"]
    assert re.search(r"http://\S+/account/invitation/\S+/", mail.outbox[0].body)
    assert Entry.objects.filter(name="agent.invited").count() == 1


def test_the_invited_choose_a_password_and_come_in(visitor: Client, mehmet: Agent) -> None:
    address = path_of(mehmet)
    assert visitor.get(address).status_code == 200
    assert visitor.post(address, CHOSEN).headers["Location"] == "/"
    mehmet.refresh_from_db()
    assert (mehmet.name, mehmet.check_password(CHOSEN["password"])) == ("Mehmet Demir", True)
    assert visitor.session["_auth_user_id"] == str(mehmet.pk)
    assert Entry.objects.get(name="agent.invitation.accepted").actor_id == mehmet.pk


def test_a_link_works_once(visitor: Client, mehmet: Agent) -> None:
    address = path_of(mehmet)
    visitor.post(address, CHOSEN)
    assert Client().get(address).status_code == 410
    assert Client().post(address, {**CHOSEN, "password": "somebody else's"}).status_code == 410
    mehmet.refresh_from_db()
    assert mehmet.check_password(CHOSEN["password"])


def test_a_link_dies_after_a_week(mehmet: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    token = path_of(mehmet).split("/")[-2]
    assert invited_agent(token) == mehmet
    later = (timezone.now() + GOOD_FOR + timedelta(minutes=1)).timestamp()
    monkeypatch.setattr(signing.time, "time", lambda: later)
    assert invited_agent(token) is None


def test_a_link_dies_with_the_access_and_when_tampered_with(visitor: Client, mehmet: Agent) -> None:
    address = path_of(mehmet)
    assert visitor.get(address.replace("/invitation/e", "/invitation/f")).status_code == 410
    Agent.objects.update(is_active=False)
    assert visitor.get(address).status_code == 410


def test_a_link_never_opens_an_access_that_has_a_password(mehmet: Agent) -> None:
    mehmet.set_password("has one already")
    mehmet.save()
    assert invited_agent(path_of(mehmet).split("/")[-2]) is None


@pytest.mark.parametrize("password", ["short", "1234567890", "moringa.example"])
def test_a_weak_password_is_refused_with_words(visitor: Client, mehmet: Agent, password: str) -> None:
    Agent.objects.update(email="moringa@moringa.example")
    mehmet.refresh_from_db()
    answer = visitor.post(path_of(mehmet), {**CHOSEN, "password": password})
    assert answer.status_code == 422
    assert b'class="error"' in answer.content
    mehmet.refresh_from_db()
    assert not mehmet.has_usable_password()


def test_a_name_with_line_breaks_makes_no_header(mehmet: Agent) -> None:
    send_invitation.call(mehmet.pk, "Helena\r\nBcc: spy@example.com")
    assert "\n" not in mail.outbox[0].subject
    assert mail.outbox[0].recipients() == [mehmet.email]


def test_an_agent_who_is_gone_gets_no_mail(db: None) -> None:
    send_invitation.call(404, "Helena")
    assert mail.outbox == []
