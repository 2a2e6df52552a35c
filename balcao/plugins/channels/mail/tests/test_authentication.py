"""Only our own server's word on the sender counts."""

# ruff: noqa: E501 - mails stand as they come

import pytest

from balcao.plugins.channels.mail.config import MailConfig
from balcao.plugins.channels.mail.parse import understand
from balcao.ports.channel import Connection, Inbound, Proof, RawEnvelope

OURS = Connection(config=MailConfig(address="loja@aurora.example", authserv_id="mx.aurora.example"))


def read(*fields: str, sender: str = "ana@cliente.example", connection: Connection = OURS) -> Inbound:
    head = "\n".join(fields)
    return understand(RawEnvelope("1", f"{head}\nFrom: {sender}\n\nOi".encode()), connection)


@pytest.mark.parametrize(
    "results,proof",
    [
        ("dmarc=pass header.from=cliente.example", Proof.PROVEN),
        ("dmarc=pass (p=NONE) header.from=cliente.example", Proof.PROVEN),
        ("dmarc=fail header.from=cliente.example", Proof.FAILED),
        (
            "spf=pass smtp.mailfrom=x@longe.example; dkim=pass header.d=longe.example; dmarc=fail header.from=cliente.example",
            Proof.FAILED,
        ),
        ("dmarc=none; dkim=pass header.d=cliente.example", Proof.PROVEN),
        ("dkim=pass header.i=@cliente.example header.s=s1", Proof.PROVEN),
        ("dkim=pass header.d=mail.cliente.example", Proof.PROVEN),
        ("spf=pass smtp.mailfrom=ana@cliente.example", Proof.PROVEN),
        ("spf=pass smtp.mailfrom=ana@longe.example; dkim=pass header.d=longe.example", Proof.CLAIMED),
        ("dkim=pass header.d=example", Proof.CLAIMED),
        ("dkim=pass header.d=outrocliente.example", Proof.CLAIMED),
        ("dkim=fail header.d=cliente.example; spf=softfail smtp.mailfrom=cliente.example", Proof.CLAIMED),
        ("dmarc=temperror", Proof.CLAIMED),
        ("dmarc=pass header.from=longe.example", Proof.CLAIMED),
        ("none", Proof.CLAIMED),
        ("(dmarc=pass header.from=cliente.example) dmarc=none", Proof.CLAIMED),
    ],
)
def test_results_of_our_server_are_judged(results: str, proof: Proof) -> None:
    assert read(f"Authentication-Results: mx.aurora.example; {results}").proof is proof


@pytest.mark.parametrize(
    "field",
    [
        "Authentication-Results: mx.longe.example; dmarc=pass header.from=cliente.example",
        "Authentication-Results: mx.aurora.example.longe.example; dmarc=pass header.from=cliente.example",
        "Authentication-Results: longe (mx.aurora.example); dmarc=pass header.from=cliente.example",
        "X-Authentication-Results: mx.aurora.example; dmarc=pass header.from=cliente.example",
        "",
    ],
)
def test_nobody_elses_results_count(field: str) -> None:
    assert read(field, "Subject: Oi").proof is Proof.CLAIMED


def test_results_below_the_next_hop_are_forged() -> None:
    found = read(
        "Authentication-Results: mx.aurora.example; spf=none",
        "Received: from longe by mx.aurora.example",
        "Authentication-Results: mx.aurora.example; dmarc=pass header.from=cliente.example",
    )
    assert found.proof is Proof.CLAIMED


def test_results_in_several_fields_of_one_hop_count_together() -> None:
    found = read(
        "Received: by store.aurora.example",
        "Authentication-Results: mx.aurora.example; spf=none",
        "Authentication-Results: mx.aurora.example 1; dmarc=pass header.from=cliente.example",
    )
    assert found.proof is Proof.PROVEN
    assert found.proof_detail == "dmarc=pass (cliente.example)"


def test_a_failed_sender_is_a_warning_and_gets_no_automatic_answer() -> None:
    found = read("Authentication-Results: mx.aurora.example; dmarc=fail header.from=cliente.example")
    assert "failed-authentication" in found.warnings
    assert found.silence == "failed-authentication"


def test_several_senders_are_never_proven() -> None:
    field = "Authentication-Results: mx.aurora.example; dmarc=pass header.from=cliente.example"
    assert read(field, sender="ana@cliente.example, bruno@longe.example").proof is Proof.CLAIMED


def test_without_a_trusted_server_nothing_is_proven() -> None:
    field = "Authentication-Results: mx.aurora.example; dmarc=pass header.from=cliente.example"
    assert read(field, connection=Connection(config=MailConfig(address="loja@aurora.example"))).proof is Proof.CLAIMED
