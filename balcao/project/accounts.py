"""How allauth behaves here: agents are invited, nobody signs up; its mails are sent by workers."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from balcao.channels.queries import secret_keys
from balcao.journal.types import Actor, ActorKind
from balcao.kit import crypto
from balcao.staff import actions as staff
from balcao.staff.models import Agent
from balcao.staff.queries import agent_of
from balcao.web.accounts.mails import send_password_link

_STEPS = "second-steps"


class AgentBackend(AuthenticationBackend):  # type: ignore[misc] # allauth ships no types
    """Log in by address and password; read the agent of a session with a query that is built once."""

    def get_user(self, user_id: object) -> Agent | None:
        """Return the agent of a session, unless they are shut out."""
        agent = agent_of(int(str(user_id)))
        return agent if agent and self.user_can_authenticate(agent) else None


class InvitedOnly(DefaultAccountAdapter):  # type: ignore[misc] # allauth ships no types
    """Close the sign-up page, keep an agent's address where it is: on the agent."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse: an agent comes by invitation."""
        return False

    def send_password_reset_mail(self, user: Agent, email: str, context: dict[str, Any]) -> None:
        """Leave the mail to a worker, so that known and unknown addresses take equally long."""
        send_password_link.enqueue(user.pk)

    def set_password(self, user: Agent, password: str) -> None:
        """Change a password with a journal entry."""
        staff.set_password(agent=user, password=password, actor=Actor(ActorKind.AGENT, user.pk), now=timezone.now())

    def reauthenticate(self, user: Agent, password: str) -> bool:
        """Check the password once more, throttled like a login."""
        found = self.authenticate(self.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk


class SealedSteps(DefaultMFAAdapter):  # type: ignore[misc] # allauth ships no types
    """Store the keys of authenticator apps and the recovery codes sealed."""

    def encrypt(self, text: str) -> str:
        """Seal a secret for the database."""
        return crypto.seal(text, key=settings.SECRET_KEY, purpose=_STEPS)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a sealed secret."""
        return crypto.unseal(encrypted_text, key=secret_keys(), purpose=_STEPS)
