"""Our own channels keep the contract that every channel keeps."""

import json
from pathlib import Path

from balcao.plugins.channels.form.adapter import Form
from balcao.plugins.channels.form.config import FormConfig
from balcao.plugins.channels.mail.adapter import Mail
from balcao.plugins.channels.mail.config import MailConfig
from balcao.plugins.channels.portal.adapter import Portal, PortalConfig
from balcao.ports.channel import Connection, IdentityKind, Party
from balcao.testing.channels import PaperChannel, PaperConfig, letter
from balcao.testing.contracts import ChannelContract

HERE = Path(__file__).parent / "channels"


class TestMail(ChannelContract):
    channel = Mail
    connection = Connection(
        MailConfig(address="destek@casamoringa.example", outgoing="none", authserv_id="mx.casamoringa.example"),
        own=(Party(IdentityKind.EMAIL, "destek@casamoringa.example"),),
        language="tr",
        region="TR",
    )
    fixtures = HERE / "mail"

    def with_card(self, number: str) -> bytes:
        return f"From: ana@example.com\r\nSubject: {number}\r\n\r\nMeu cartão é {number}, obrigada.\r\n".encode()


class TestForm(ChannelContract):
    channel = Form
    connection = Connection(FormConfig(), language="pt-BR", region="BR")
    fixtures = HERE / "form"

    def with_card(self, number: str) -> bytes:
        facts = json.loads((HERE / "form" / "prazo.json").read_text(encoding="utf-8"))
        return json.dumps({**facts, "message": f"Meu cartão é {number}"}, ensure_ascii=False).encode()


class TestPortal(ChannelContract):
    channel = Portal
    connection = Connection(PortalConfig(), language="pt-BR", region="BR")
    fixtures = HERE / "portal"

    def with_card(self, number: str) -> bytes:
        facts = json.loads((HERE / "portal" / "foto.json").read_text(encoding="utf-8"))
        return json.dumps({**facts, "message": f"Meu cartão é {number}"}, ensure_ascii=False).encode()


class TestPaper(ChannelContract):
    channel = PaperChannel
    connection = Connection(PaperConfig())
    fixtures = HERE / "paper"

    def with_card(self, number: str) -> bytes:
        return letter(text=f"Meu cartão é {number}")
