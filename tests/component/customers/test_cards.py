"""What agents write on a customer's card."""

from datetime import datetime

from balcao.customers import actions
from balcao.customers.models import CustomerNote
from balcao.customers.types import IdentityKind
from balcao.ports.channel import Party
from balcao.staff.models import Agent


def test_a_card_number_in_a_note_is_never_stored(elif_: Agent, now: datetime) -> None:
    ana = actions.identify(
        party=Party(IdentityKind.EMAIL, "ana@example.com"), scope="", region="BR", language="", proven=None, now=now
    )

    actions.add_note(identity=ana, agent=elif_, text="Pagou com 4111 1111 1111 1111", now=now)

    text = CustomerNote.objects.get().text
    assert text.startswith("Pagou com ")
    assert "4111 1111" not in text
