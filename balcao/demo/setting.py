"""Setting the demo shop up, through the same actions that the console uses."""

import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.conf import settings

from balcao.automation.actions import save_macro
from balcao.automation.types import Deed, Step
from balcao.channels.actions.connecting import create_channel
from balcao.channels.models import Channel
from balcao.demo import company
from balcao.journal.types import SYSTEM
from balcao.plugins.channels.form.config import FormConfig
from balcao.plugins.channels.mail.config import MailConfig
from balcao.shops.actions import create_shop
from balcao.shops.models import Shop
from balcao.staff.actions import create_agent, create_department, create_team, set_presence
from balcao.staff.models import Agent, Department, Team
from balcao.staff.types import Presence, Role
from balcao.tickets.actions.arranging import save_tag, save_view
from balcao.tickets.models import Tag

OUTBOX = Path("outbox")  # under the data folder: what the demo shop "sends" is laid down there


@dataclass(slots=True)
class Shopfront:
    """The demo shop as it was set up, by the slugs of its files."""

    shop: Shop
    agents: dict[str, Agent] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    departments: dict[str, Department] = field(default_factory=dict)
    tags: dict[str, Tag] = field(default_factory=dict)
    macros: dict[str, int] = field(default_factory=dict)
    mailboxes: dict[str, Channel] = field(default_factory=dict)
    forms: dict[str, Channel] = field(default_factory=dict)


def described() -> dict[str, Any]:
    """Return the demo shop's description."""
    return tomllib.loads(files("balcao.demo").joinpath("shop.toml").read_text(encoding="utf-8"))


def set_up(*, password: str, now: datetime) -> Shopfront:
    """Open the demo shop with its people, ways in, tags, macros and views."""
    facts = described()
    front = Shopfront(_shop(facts["shop"], now))
    company.open_up(facts, front.shop, now=now)
    for row in facts["departments"]:
        front.departments[row["slug"]] = create_department(
            name=row["name"], members=[], key=row["key"], email=row.get("email", ""), actor=SYSTEM, now=now
        )
    for row in facts["teams"]:
        front.teams[row["slug"]] = create_team(name=row["name"], members=[], actor=SYSTEM, now=now)
    for row in facts["agents"]:
        front.agents[row["slug"]] = _agent(row, front, password, now)
    company.lead(facts, front.departments, front.agents, now=now)
    for row in facts["tags"]:
        front.tags[row["slug"]] = save_tag(tag=None, name=row["name"], colour=row["colour"], actor=SYSTEM, now=now)
    _channels(facts, front, now)
    _macros(facts, front, now)
    _views(facts, front, now)
    return front


def _shop(row: dict[str, Any], now: datetime) -> Shop:
    return create_shop(
        slug=row["slug"],
        name=row["name"],
        languages=row["languages"],
        region=row["country"],
        time_zone=row["time_zone"],
        currency=row["currency"],
        colour=row["colour"],
        website=row["website"],
        signatures={language: text.strip() for language, text in row["signatures"].items()},
        close_after_days=row["closes_after_days"],
        actor=SYSTEM,
        now=now,
    )


def _agent(row: dict[str, Any], front: Shopfront, password: str, now: datetime) -> Agent:
    agent = create_agent(
        email=row["email"],
        name=row["name"],
        role=Role(row["role"]),
        language=row["language"],
        time_zone=row["time_zone"],
        password=password,
        every_shop=row["role"] == Role.ADMIN,
        shops=[front.shop],
        teams=[front.teams[slug] for slug in row["teams"]],
        departments=[front.departments[slug] for slug in row["departments"]],
        actor=SYSTEM,
        now=now,
    )
    set_presence(agent=agent, presence=Presence.AVAILABLE, now=now)
    return agent


def _channels(facts: dict[str, Any], front: Shopfront, now: datetime) -> None:
    for row in facts["mailboxes"]:
        config = MailConfig(
            address=row["address"],
            aliases=", ".join(row["aliases"]),
            incoming="none",
            outgoing="folder",
            outgoing_folder=str(settings.DATA_DIR / OUTBOX),
            authserv_id=row["authserv_id"],
        )
        front.mailboxes[row["slug"]] = create_channel(
            shop=front.shop, kind="mail", name=row["name"], address=row["address"], config=config, actor=SYSTEM, now=now
        )
    for row in facts["forms"]:
        front.forms[row["slug"]] = create_channel(
            shop=front.shop, kind="form", name=row["name"], address="", config=FormConfig(), actor=SYSTEM, now=now
        )


def _macros(facts: dict[str, Any], front: Shopfront, now: datetime) -> None:
    for row in facts["macros"]:
        owner = None if row["shared"] else front.agents[row["owner"]]
        macro = save_macro(
            macro=None,
            name=row["name"],
            texts={language: text.strip() for language, text in row["texts"].items()},
            steps=[_step(step, front) for step in row["steps"]],
            agent=owner,
            actor=SYSTEM,
            now=now,
        )
        front.macros[row["slug"]] = macro.pk


def _step(row: dict[str, Any], front: Shopfront) -> Step:
    chosen = row.get("agent", "")
    return Step(
        do=Deed(row["do"]),
        add=tuple(front.tags[slug].pk for slug in row.get("add", ())),
        remove=tuple(front.tags[slug].pk for slug in row.get("remove", ())),
        agent_id=front.agents[chosen].pk if chosen not in ("", "me") else None,
        to_me=chosen == "me",
        team_id=front.teams[row["team"]].pk if row.get("team") else None,
        status=row.get("status", ""),
        days=row.get("days"),
        priority=row.get("priority", ""),
    )


def _views(facts: dict[str, Any], front: Shopfront, now: datetime) -> None:
    for place, row in enumerate(facts["views"]):
        save_view(
            view=None,
            name=row["name"],
            query=row["query"],
            agent=front.agents[row["owner"]] if row["owner"] else None,
            place=place,
            actor=SYSTEM,
            now=now,
        )
