"""Everything that writes agents, teams and departments."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Q

from balcao.journal.actions import record
from balcao.journal.types import Actor, ActorKind, Subject, SubjectKind
from balcao.shops.models import Shop
from balcao.staff import rules
from balcao.staff.models import Agent, ApiToken, Department, Team
from balcao.staff.types import Presence, Role, Scope

_USE_NOTED_EVERY = timedelta(minutes=1)  # each note is a write


class LastAdmin(Exception):
    """Without this agent nobody could administer the installation any more."""


class AddressTaken(Exception):
    """Another agent has this address."""


@transaction.atomic
def create_agent(
    *,
    email: str,
    name: str,
    role: Role,
    actor: Actor,
    now: datetime,
    password: str | None = None,
    language: str = "en",
    time_zone: str = "",
    every_shop: bool = False,
    shops: Sequence[Shop] = (),
    teams: Sequence[Team] = (),
    departments: Sequence[Department] = (),
) -> Agent:
    """Create an agent; without a password they can only come in by invitation."""
    email = email.strip().lower()
    if Agent.objects.filter(email__iexact=email).exists():
        raise AddressTaken(email)
    agent = Agent(
        email=email, name=name, role=role, language=language, time_zone=time_zone, every_shop=every_shop, created_at=now
    )
    agent.set_password(password)
    agent.save()
    agent.shops.set(shops)
    agent.teams.set(teams)
    agent.departments.set(departments)
    _announce("agent.created", agent, actor, now, {"role": str(role)})
    return agent


@transaction.atomic
def edit_agent(
    *,
    agent: Agent,
    actor: Actor,
    now: datetime,
    shops: Sequence[Shop] | None = None,
    teams: Sequence[Team] | None = None,
    departments: Sequence[Department] | None = None,
    **facts: Any,
) -> Agent:
    """Change an agent (name, role, language, time_zone, every_shop); only what is given changes."""
    unknown = set(facts) - {"name", "role", "language", "time_zone", "every_shop"}
    if unknown:
        raise TypeError(f"An agent has no editable {', '.join(sorted(unknown))}.")
    if facts.get("role", agent.role) != Role.ADMIN:
        _check_not_last_admin(agent)
    if "language" in facts and facts["language"].lower() == agent.language.lower():  # pt-BR and pt-br are one
        del facts["language"]
    changed = [name for name, value in facts.items() if getattr(agent, name) != value]
    for name in changed:
        setattr(agent, name, facts[name])
    if changed:
        agent.save(update_fields=changed)
    for name, rows in (("shops", shops), ("teams", teams), ("departments", departments)):
        if rows is not None and {row.pk for row in rows} != set(getattr(agent, name).values_list("pk", flat=True)):
            getattr(agent, name).set(rows)
            changed.append(name)
    if changed:
        _announce("agent.changed", agent, actor, now, {"fields": sorted(changed)})
    return agent


@transaction.atomic
def set_active(*, agent: Agent, is_active: bool, actor: Actor, now: datetime) -> None:
    """Let an agent in, or shut them out at once: open pages close when they hear of it."""
    if agent.is_active == is_active:
        return
    if not is_active:
        _check_not_last_admin(agent)
    agent.is_active = is_active
    agent.save(update_fields=["is_active"])
    _announce("agent.enabled" if is_active else "agent.disabled", agent, actor, now)


def _check_not_last_admin(agent: Agent) -> None:
    others = Agent.objects.filter(role=Role.ADMIN, is_active=True).exclude(pk=agent.pk)
    if agent.role == Role.ADMIN and agent.is_active and not others.exists():
        raise LastAdmin


@transaction.atomic
def invite(*, agent: Agent, actor: Actor, now: datetime) -> None:
    """Note that an agent was invited (again); the mail is the caller's."""
    _announce("agent.invited", agent, actor, now)


@transaction.atomic
def accept_invitation(*, agent: Agent, name: str, password: str, now: datetime) -> None:
    """Take up the name and password that an invited agent chose."""
    agent.name = name
    agent.set_password(password)
    agent.save(update_fields=["name", "password"])
    _announce("agent.invitation.accepted", agent, Actor(ActorKind.AGENT, agent.pk), now)


@transaction.atomic
def set_password(*, agent: Agent, password: str, actor: Actor, now: datetime) -> None:
    """Change an agent's password; it ends every session that was begun with the old one."""
    agent.set_password(password)
    agent.save(update_fields=["password"])
    _announce("agent.password.changed", agent, actor, now)


@transaction.atomic
def forget_second_steps(*, agent: Agent, actor: Actor, now: datetime) -> int:
    """Take an agent's authenticator app, passkeys and recovery codes away, for one who lost them; return how many."""
    count: int = Authenticator.objects.filter(user=agent).delete()[0]
    if count:
        _announce("agent.second_steps.reset", agent, actor, now)
    return count


def set_presence(*, agent: Agent, presence: Presence, now: datetime) -> None:
    """Say whether an agent is at the counter. No fact for the journal."""
    agent.presence, agent.presence_since = presence, now
    agent.save(update_fields=["presence", "presence_since"])


def remember(*, agent: Agent, **settings: Any) -> None:
    """Keep an agent's own settings (theme, density, pane widths, notices); None forgets one."""
    merged = {**agent.settings, **settings}
    agent.settings = {name: value for name, value in merged.items() if value is not None}
    agent.save(update_fields=["settings"])


@transaction.atomic
def create_team(*, name: str, members: Sequence[Agent], actor: Actor, now: datetime) -> Team:
    """Create a team."""
    team = Team.objects.create(name=name)
    team.members.set(members)
    _announce_team("team.created", team, actor, now)
    return team


@transaction.atomic
def edit_team(*, team: Team, name: str, members: Sequence[Agent], is_active: bool, actor: Actor, now: datetime) -> Team:
    """Change a team."""
    team.name, team.is_active = name, is_active
    team.save(update_fields=["name", "is_active"])
    team.members.set(members)
    _announce_team("team.changed", team, actor, now)
    return team


@transaction.atomic
def create_department(
    *,
    name: str,
    members: Sequence[Agent],
    actor: Actor,
    now: datetime,
    key: str | None = None,
    lead: Agent | None = None,
    email: str = "",
) -> Department:
    """Create a department; `key` is what blueprints call it, `lead` answers for it, `email` is asked by mail."""
    department = Department.objects.create(name=name, key=key, lead=lead, email=email.strip())
    department.members.set(members)
    record(name="department.created", at=now, actor=actor, about=[], facts={"department": department.pk})
    return department


@transaction.atomic
def edit_department(
    *,
    department: Department,
    name: str,
    members: Sequence[Agent],
    is_active: bool,
    actor: Actor,
    now: datetime,
    key: str | None = None,
    lead: Agent | None = None,
    email: str | None = None,
) -> Department:
    """Change a department; `key` is what blueprints call it, `lead` answers for its delays, `email` None stays."""
    department.name, department.is_active, department.key, department.lead = name, is_active, key, lead
    department.email = department.email if email is None else email.strip()
    department.save(update_fields=["name", "is_active", "key", "lead", "email"])
    department.members.set(members)
    record(name="department.changed", at=now, actor=actor, about=[], facts={"department": department.pk})
    return department


def _announce(name: str, agent: Agent, actor: Actor, now: datetime, facts: dict[str, Any] | None = None) -> None:
    about = [Subject(SubjectKind.AGENT, agent.pk)]
    record(name=name, at=now, actor=actor, about=about, facts={"agent": agent.pk, **(facts or {})})


def _announce_team(name: str, team: Team, actor: Actor, now: datetime) -> None:
    record(name=name, at=now, actor=actor, about=[Subject(SubjectKind.TEAM, team.pk)], facts={"team": team.pk})


@transaction.atomic
def create_token(
    *,
    name: str,
    agent: Agent | None,
    scopes: Collection[Scope],
    actor: Actor,
    now: datetime,
    every_shop: bool = True,
    shops: Sequence[Shop] = (),
    expires_at: datetime | None = None,
    created_by: Agent | None = None,
) -> tuple[ApiToken, str]:
    """Create an API token that acts as an agent, or (None) as the system; return it and its secret, shown this once."""
    secret = f"balcao_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        name=name.strip()[:120] or "API",
        agent=agent,
        secret_hash=rules.secret_hash(secret),
        hint=secret[-4:],
        scopes=sorted(set(scopes)),
        every_shop=every_shop,
        created_at=now,
        created_by=created_by,
        expires_at=expires_at,
    )
    token.shops.set([] if every_shop else shops)
    _announce_token("token.created", token, actor, now)
    return token, secret


@transaction.atomic
def revoke_token(*, token: ApiToken, actor: Actor, now: datetime) -> None:
    """Let an API token in no more."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now):
        token.revoked_at = now
        _announce_token("token.revoked", token, actor, now)


def note_use(*, token: ApiToken, now: datetime) -> None:
    """Note that an API token was used, at most once a minute. No fact for the journal."""
    if token.last_used_at and now - token.last_used_at < _USE_NOTED_EVERY:
        return
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - _USE_NOTED_EVERY)
    ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
    token.last_used_at = now


def _announce_token(name: str, token: ApiToken, actor: Actor, now: datetime) -> None:
    about = [Subject(SubjectKind.AGENT, token.agent_id)] if token.agent_id else []
    record(name=name, at=now, actor=actor, about=about, facts={"token": token.pk, "scopes": token.scopes})
