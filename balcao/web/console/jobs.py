"""What a page must not wait for: trying the settings of a channel or shop system, and taking up an owner's consent."""

from collections.abc import Sequence

from django.conf import settings

from balcao.channels.actions.connecting import renew_secrets
from balcao.channels.models import Channel
from balcao.channels.queries import secret_keys
from balcao.commerce import queries as commerce
from balcao.commerce.models import Backend
from balcao.jobs.backend import job
from balcao.kit import crypto
from balcao.kit.i18n import N_
from balcao.pipeline.poll import working_connection
from balcao.ports import registry
from balcao.ports.channel import ChannelError, Checked, Consented
from balcao.ports.commerce import Checked as CheckedShop

Steps = list[tuple[str, bool, str]]
_PURPOSE = "consent"
_CONNECT = N_("Connect the account")
_DOES_NOT_CONNECT = N_("This kind of channel does not connect to an account elsewhere.")


@job(most_tries=2, priority=10)
def try_settings(channel_id: int) -> Sequence[tuple[str, bool, str]]:
    """Try a channel's settings: what was tried, whether it worked, what to do."""
    channel = Channel.objects.select_related("shop").get(pk=channel_id)
    adapter = registry.channel(channel.kind)
    return list(adapter.check(working_connection(channel))) if isinstance(adapter, Checked) else []


@job(most_tries=2, priority=10)
def try_shop_system(backend_id: int) -> Sequence[tuple[str, bool, str]]:
    """Try a shop system's settings: what was tried, whether it worked, what to do."""
    backend = Backend.objects.select_related("shop").get(pk=backend_id)
    adapter = commerce.adapter_of(backend)
    return list(adapter.check(commerce.link_of(backend))) if isinstance(adapter, CheckedShop) else []


@job(most_tries=1, priority=10)
def take_consent(channel_id: int, redirect_uri: str, sealed: str) -> Sequence[tuple[str, bool, str]]:
    """Turn a consent's code into secrets to keep, then try the settings; `sealed` holds code and verifier."""
    channel = Channel.objects.select_related("shop").get(pk=channel_id)
    adapter = registry.channel(channel.kind)
    if not isinstance(adapter, Consented):
        return [(_CONNECT, False, _DOES_NOT_CONNECT)]
    code, _, verifier = crypto.unseal(sealed, key=secret_keys(), purpose=_PURPOSE).partition("\n")
    try:
        secrets = adapter.consented(
            working_connection(channel), redirect_uri=redirect_uri, code=code, verifier=verifier
        )
    except ChannelError as error:
        return [(_CONNECT, False, str(error))]
    renew_secrets(channel=channel, secrets=dict(secrets))
    return [(_CONNECT, True, ""), *try_settings.call(channel_id)]


def seal_consent(code: str, verifier: str) -> str:
    """Seal what came back from a consent page for the time it waits in the queue."""
    return crypto.seal(f"{code}\n{verifier}", key=settings.SECRET_KEY, purpose=_PURPOSE)
