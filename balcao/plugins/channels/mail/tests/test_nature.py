"""What a mail is, and why no machine may answer it."""

# ruff: noqa: E501 - mails stand as they come

import pytest

from balcao.plugins.channels.mail.parse import understand
from balcao.ports.channel import Connection, IdentityKind, Inbound, Nature, Party, RawEnvelope

SHOP = Connection(config=None, own=(Party(IdentityKind.EMAIL, "loja@aurora.example"),))


def read(head: str, body: str = "Oi", *, sender: str = "Ana <ana@cliente.example>") -> Inbound:
    raw = f"From: {sender}\nTo: loja@aurora.example\nMessage-ID: <1@x>\n{head.strip()}\n\n{body}\n".replace(
        "\n\n\n", "\n\n", 1
    )
    return understand(RawEnvelope("1", raw.encode()), SHOP)


@pytest.mark.parametrize(
    "head,silence",
    [
        ("Auto-Submitted: auto-generated", "auto-submitted"),
        ("Precedence: bulk", "precedence"),
        ("Precedence: list", "precedence"),
        ("Precedence: junk", "precedence"),
        ("X-Auto-Response-Suppress: DR, OOF, AutoReply", "suppressed"),
        ("X-Auto-Response-Suppress: All", "suppressed"),
        ("List-Id: <novidades.aurora.example>", "list"),
        ("List-Unsubscribe: <https://x.example/u>", "list"),
        ("X-Balcao-Loop: 1", "loop"),
        ("X-Loop: balcao", "loop"),
        ("Return-Path: <>", "empty-return-path"),
        ("X-Spam-Flag: YES", "spam"),
        ("X-Spam-Status: Yes, score=9", "spam"),
    ],
)
def test_a_message_that_no_machine_answers(head: str, silence: str) -> None:
    found = read(head)
    assert (found.nature, found.silence) == (Nature.MESSAGE, silence)


@pytest.mark.parametrize(
    "sender",
    ["noreply@x.example", "no-reply@x.example", "nao-responda@x.example", "mailer-daemon@x.example", "postmaster@x.example",
     "bounce+123@x.example", "bounces-9@x.example", "pedidos.noreply@x.example", "yanitlamayin@x.example"],
)  # fmt: skip
def test_nobody_reads_these_addresses(sender: str) -> None:
    assert read("Subject: Oi", sender=sender).silence == "machine-sender"


def test_our_own_mail_is_not_answered() -> None:
    assert read("Subject: Oi", sender="Loja <LOJA@aurora.example>").silence == "own-address"


@pytest.mark.parametrize(
    "head",
    [
        "Subject: Oi",
        "Auto-Submitted: no",
        "Precedence: first-class",
        "X-Loop: other",
        "Subject: Bounce house",
        "Return-Path: <ana@cliente.example>",
    ],
)
def test_a_persons_message_may_be_answered(head: str) -> None:
    found = read(head)
    assert (found.nature, found.silence) == (Nature.MESSAGE, "")


@pytest.mark.parametrize(
    "head",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-replied (vacation)",
        "Auto-Submitted: auto-generated\nIn-Reply-To: <c@aurora.example>",
        "X-Autoreply: yes",
        "X-Autorespond: Re: pedido",
        "Precedence: auto_reply",
        "Return-Path: <>\nIn-Reply-To: <c@aurora.example>",
        "Subject: Automatic reply: Pedido",
        "Subject: Resposta automática: Pedido",
        "Subject: Ausência temporária: Pedido",
        "Subject: Otomatik yanıt: Sipariş",
        "Subject: Ofis dışında: Sipariş",
        "Subject: Out of Office: Order",
        "Subject: =?utf-8?q?Resposta_autom=C3=A1tica=3A_Pedido?=",
    ],
)
def test_an_automatic_answer_is_one(head: str) -> None:
    found = read(head)
    assert found.nature is Nature.AUTO
    assert found.silence


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Automatic reply: Pedido",
        "Meu pedido automático",
        "Ausência de nota fiscal",
        "Autorização de troca",
        "RES: Resposta automática: Pedido",
    ],
)
def test_a_person_who_answers_an_automatic_answer_is_a_person(subject: str) -> None:
    assert read(f"Subject: {subject}").nature is Nature.MESSAGE


def report(
    kind: str, machine_part: str, original: str = "Message-ID: <c.1@aurora.example>\nTo: ana@cliente.example"
) -> Inbound:
    return read(
        f"Content-Type: multipart/report; report-type={kind}; boundary=x",
        f"--x\n\nPara pessoas\n--x\nContent-Type: message/{kind}\n\n{machine_part}\n--x\nContent-Type: message/rfc822\n\n{original}\n\nOi\n--x--",
        sender="MAILER-DAEMON@x.example",
    )


@pytest.mark.parametrize(
    "action,status,permanent",
    [("failed", "5.1.1", True), ("failed", "4.2.2", False), ("delayed", "4.4.7", False), ("delivered", "2.0.0", False),
     ("relayed", "2.1.9", False), ("expanded", "2.1.5", False), ("FAILED (expired)", "5.4.7", True)],
)  # fmt: skip
def test_a_delivery_report_is_read(action: str, status: str, permanent: bool) -> None:
    found = report(
        "delivery-status",
        f"Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; Ana@Cliente.example\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {status} no",
    )
    assert found.nature is Nature.BOUNCE
    assert found.report is not None
    assert (found.report.recipient, found.report.status, found.report.permanent) == (
        "ana@cliente.example",
        status,
        permanent,
    )
    assert found.report.action == action.split(maxsplit=1)[0].lower()
    assert found.report.about == "c.1@aurora.example"


def test_of_several_recipients_the_worst_counts() -> None:
    found = report(
        "delivery-status",
        "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@x.example\nAction: delivered\n\nFinal-Recipient: rfc822; b@x.example\nAction: failed\nStatus: 5.0.0",
    )
    assert found.report is not None
    assert found.report.recipient == "b@x.example"


def test_a_read_receipt_is_automatic() -> None:
    found = report(
        "disposition-notification",
        "Final-Recipient: rfc822; ana@cliente.example\nDisposition: manual-action/MDN-sent-manually; displayed",
    )
    assert found.nature is Nature.AUTO
    assert found.report is None


def test_a_complaint_names_who_and_what() -> None:
    found = report("feedback-report", "Feedback-Type: abuse\nOriginal-Rcpt-To: <ana@cliente.example>")
    assert found.nature is Nature.COMPLAINT
    assert found.report is not None
    assert (found.report.recipient, found.report.action, found.report.about) == (
        "ana@cliente.example",
        "complaint",
        "c.1@aurora.example",
    )


@pytest.mark.parametrize(
    "subject,body,permanent,action",
    [
        ("failure notice", "Hi. This is the qmail-send program at x.example.\nI'm afraid I wasn't able to deliver your message.\n\n<ana@cliente.example>:\nSorry, no mailbox here by that name. (#5.1.1)", True, "failed"),
        ("Mail delivery failed: returning message to sender", "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered.\n\n  ana@cliente.example\n    550 User unknown", True, "failed"),
        ("Warning: message 1abc delayed 24 hours", "This message was created automatically by mail delivery software.\nA message that you sent has not yet been delivered.\n\n  ana@cliente.example\n    Delay reason: timeout", False, "delayed"),
        ("Undeliverable: Pedido", "Your message did not reach some or all of the intended recipients.\n\n  ana@cliente.example", True, "failed"),
        ("Não é possível entregar: Pedido", "Falha na entrega a estes destinatários:\nana@cliente.example\n550 5.1.10", True, "failed"),
        ("Entrega atrasada: Pedido", "A sua mensagem ainda não foi entregue a ana@cliente.example. Continuaremos tentando.", False, "delayed"),
        ("İletilemedi: Sipariş", "İletiniz şu alıcılara teslim edilemedi:\nana@cliente.example", True, "failed"),
        ("Teslimat gecikti: Sipariş", "ana@cliente.example adresine iletiniz henüz teslim edilmedi.", False, "delayed"),
        ("Returned mail: see transcript", "<ana@cliente.example>... Deferred: 452 4.2.2 Mailbox full", False, "failed"),
    ],
)  # fmt: skip
def test_a_bounce_in_plain_words_is_read(subject: str, body: str, permanent: bool, action: str) -> None:
    found = read(f"Subject: {subject}\nReturn-Path: <>", body, sender="MAILER-DAEMON@x.example")
    assert found.nature is Nature.BOUNCE
    assert found.report is not None
    assert (found.report.recipient, found.report.permanent, found.report.action) == (
        "ana@cliente.example",
        permanent,
        action,
    )


def test_a_customer_who_writes_of_a_bounce_is_a_customer() -> None:
    found = read("Subject: Undeliverable: meu pedido", "O meu e-mail could not be delivered, veja ana@cliente.example")
    assert found.nature is Nature.MESSAGE
