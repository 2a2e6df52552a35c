"""Agents, teams and departments. `Agent` is the project's user model: customers never log in with it."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from balcao.kit.db import words
from balcao.shops.models import Shop
from balcao.staff import rules
from balcao.staff.types import Permission, Presence, Role


class AgentRegister(BaseUserManager["Agent"]):
    """Finds agents at login; addresses compare without case."""

    def get_by_natural_key(self, username: str | None) -> "Agent":
        """Return the agent with this address."""
        return self.get(email__iexact=username)


class Agent(AbstractBaseUser):
    """A person who answers."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=12, choices=words(Role), default=Role.AGENT)
    language = models.CharField(max_length=10, default="en")
    time_zone = models.CharField(max_length=60, blank=True, default="")  # "" = the shop's
    is_active = models.BooleanField(default=True)
    every_shop = models.BooleanField(default=False)
    shops = models.ManyToManyField(Shop, related_name="agents", blank=True)
    presence = models.CharField(max_length=10, choices=words(Presence), default=Presence.OFF)
    presence_since = models.DateTimeField(null=True)
    settings = models.JSONField(default=dict, blank=True)  # theme, density, keys, pane widths, open cards, notices
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AgentRegister()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(Lower("email"), name="staff_agent_email")]

    def __str__(self) -> str:
        return self.name or self.email

    def may(self, permission: Permission) -> bool:
        """Tell whether the agent's role holds a permission (on what they may see at all)."""
        return self.is_active and rules.may(self.role, permission)

    def sees_shop(self, shop_id: int) -> bool:
        """Tell whether the agent works for this shop."""
        return self.every_shop or shop_id in self.shop_ids()

    def shop_ids(self) -> frozenset[int]:
        """Return the shops that the agent works for, read once per instance."""
        cached: frozenset[int] | None = getattr(self, "_shop_ids", None)
        if cached is None:
            rows = Shop.objects.all() if self.every_shop else self.shops.all()
            cached = self._shop_ids = frozenset(shop.pk for shop in rows)  # what was prefetched is not asked again
        return cached

    @property
    def is_staff(self) -> bool:
        """Open Django's repair pages to admins only."""
        return self.is_active and self.role == Role.ADMIN

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Answer Django's repair pages."""
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        """Answer Django's repair pages."""
        return self.is_staff


class Team(models.Model):
    """Agents who share a queue."""

    name = models.CharField(max_length=80, unique=True)
    members = models.ManyToManyField(Agent, related_name="teams", blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    """A part of the company that owes others a piece of work (stock, finance, transport)."""

    name = models.CharField(max_length=80, unique=True)
    # What blueprints call it: "wh", "fin". Several have none, and yet it is unique.
    key = models.SlugField(max_length=30, null=True, unique=True)  # noqa: DJ001
    lead = models.ForeignKey(
        Agent, null=True, on_delete=models.SET_NULL, related_name="leads"
    )  # answers for its delays
    email = models.EmailField(blank=True, default="")  # asked by mail, for those who do not use the desk
    members = models.ManyToManyField(Agent, related_name="departments", blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ApiToken(models.Model):
    """A key with which a program comes in. Only the hash of its secret is kept; a revoked one stays as a record."""

    name = models.CharField(max_length=120)
    agent = models.ForeignKey(Agent, null=True, on_delete=models.CASCADE, related_name="api_tokens")  # null: the system
    secret_hash = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=8)  # the end of the secret, to tell tokens apart
    scopes = models.JSONField(default=list)
    every_shop = models.BooleanField(default=False)  # all shops that its agent sees (the system: all)
    shops = models.ManyToManyField(Shop, related_name="api_tokens", blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Agent, null=True, on_delete=models.SET_NULL, related_name="+")
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)  # to the minute
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name
