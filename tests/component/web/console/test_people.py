"""Agents, teams, departments."""

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from balcao.jobs.models import Job
from balcao.journal.models import Entry
from balcao.journal.types import SYSTEM
from balcao.shops.models import Shop
from balcao.staff.actions import create_team
from balcao.staff.models import Agent, Department, Team
from balcao.staff.types import Role
from balcao.testing.factories import make_agent


@pytest.fixture
def visitor(helena: Agent, enter: Callable[[Agent | None], Client]) -> Client:
    return enter(helena)


@pytest.fixture
def bruno(moringa: Shop) -> Agent:
    return make_agent("Bruno", shop=moringa, password="a long enough one")


def facts(shop: Shop, **changes: object) -> dict[str, object]:
    return {"name": "Bruno", "language": "tr", "role": "supervisor", "shops": [shop.pk]} | changes


def test_an_agent_is_changed(visitor: Client, bruno: Agent, moringa: Shop) -> None:
    team = create_team(name="Night", members=[], actor=SYSTEM, now=timezone.now())
    visitor.post(f"/console/agents/{bruno.pk}/", facts(moringa, teams=[team.pk]))
    bruno.refresh_from_db()
    assert (bruno.role, bruno.language, list(bruno.teams.all())) == (Role.SUPERVISOR, "tr", [team])


def test_nobody_gives_away_a_shop_they_do_not_have(
    visitor: Client, bruno: Agent, moringa: Shop, next_door: Shop
) -> None:
    refused = visitor.post(f"/console/agents/{bruno.pk}/", facts(next_door, every_shop="on"))
    assert refused.status_code == 422
    visitor.post(f"/console/agents/{bruno.pk}/", facts(moringa, every_shop="on"))
    bruno.refresh_from_db()
    assert not bruno.every_shop


def test_an_agent_needs_a_shop(visitor: Client, bruno: Agent, moringa: Shop) -> None:
    assert visitor.post(f"/console/agents/{bruno.pk}/", facts(moringa, shops=[])).status_code == 422


def test_the_language_is_known_however_it_is_written(visitor: Client, bruno: Agent) -> None:
    Agent.objects.filter(pk=bruno.pk).update(language="pt-BR")
    assert '<option value="pt-br" selected>' in visitor.get(f"/console/agents/{bruno.pk}/").content.decode()


def test_the_last_admin_stays(visitor: Client, helena: Agent, moringa: Shop) -> None:
    assert visitor.post(f"/console/agents/{helena.pk}/", facts(moringa)).status_code == 422
    visitor.post(f"/console/agents/{helena.pk}/do/", {"deed": "disable"})
    helena.refresh_from_db()
    assert (helena.role, helena.is_active) == (Role.ADMIN, True)


def test_an_address_is_taken_once(visitor: Client, bruno: Agent, moringa: Shop) -> None:
    answer = visitor.post("/console/agents/new/", facts(moringa, email=bruno.email.upper()))
    assert answer.status_code == 422
    assert b'id="id_email-error"' in answer.content
    assert not Job.objects.exists()


def test_shutting_out_ends_the_session_at_once(
    visitor: Client, bruno: Agent, enter: Callable[[Agent | None], Client]
) -> None:
    his = enter(bruno)
    assert his.get("/me/preferences/").status_code == 200
    visitor.post(f"/console/agents/{bruno.pk}/do/", {"deed": "disable"})
    assert his.get("/me/preferences/").status_code == 302
    visitor.post(f"/console/agents/{bruno.pk}/do/", {"deed": "enable"})
    assert Agent.objects.get(pk=bruno.pk).is_active


def test_lost_second_steps_are_taken_away(visitor: Client, bruno: Agent) -> None:
    Authenticator.objects.create(user=bruno, type="totp", data={})
    assert "Two steps" in visitor.get("/console/agents/").content.decode()
    visitor.post(f"/console/agents/{bruno.pk}/do/", {"deed": "steps"})
    assert not Authenticator.objects.exists()
    assert Entry.objects.filter(name="agent.second_steps.reset").count() == 1


def test_only_who_has_not_come_in_is_invited_again(visitor: Client, bruno: Agent, moringa: Shop) -> None:
    ana = make_agent("Ana", shop=moringa)
    for agent in (ana, bruno):
        visitor.post(f"/console/agents/{agent.pk}/do/", {"deed": "invite"})
    assert [job.args[0] for job in Job.objects.all()] == [ana.pk]


@pytest.mark.parametrize("thing, model", [("teams", Team), ("departments", Department)])
def test_a_group_is_made_changed_and_named_once(
    visitor: Client, bruno: Agent, thing: str, model: type[Team | Department]
) -> None:
    visitor.post(f"/console/{thing}/new/", {"name": " Night  shift ", "members": [bruno.pk]})
    group = model._default_manager.get()
    assert (group.name, list(group.members.all())) == ("Night shift", [bruno])
    assert visitor.post(f"/console/{thing}/new/", {"name": "NIGHT SHIFT"}).status_code == 422
    visitor.post(f"/console/{thing}/{group.pk}/", {"name": "Night", "members": []})
    group.refresh_from_db()
    assert (group.name, group.is_active, group.members.count()) == ("Night", False, 0)
