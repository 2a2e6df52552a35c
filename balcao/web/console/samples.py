"""How texts with placeholders read to a customer of our invention."""

from collections.abc import Mapping

from balcao.kit.placeholders import ALL_PLACEHOLDERS, fill, problems_in

SAMPLE = {
    "customer.name": "Ana Souza",
    "customer.first_name": "Ana",
    "customer.email": "ana@example.com",
    "ticket.number": "48213",
    "ticket.subject": "Onde está meu pedido?",
    "agent.name": "Bruno Lima",
    "agent.first_name": "Bruno",
    "shop.name": "Casa Juá",
    "order.number": "CJ-20431",
    "order.state": "…",
    "order.placed_date": "12/03",
    "order.promised_date": "18/03",
    "order.carrier": "Correios",
    "order.piece_count": "2",
    "order.tracking_code": "QB123456789BR",
    "order.tracking_url": "https://rastreio.example/QB123456789BR",
    "order.page_url": "https://balcao.example/o/loja/s/20431-abc/",
    "order.last_scan": "Curitiba",
    "order.total": "R$ 99,80",
    "order.payment": "https://pague.example/20431",
}


def sample_text(template: str) -> str:
    """Return a text as that customer reads it; "" for one with mistakes."""
    is_wrong = problems_in(template, known=ALL_PLACEHOLDERS)
    return "" if is_wrong else fill(template, SAMPLE, known=ALL_PLACEHOLDERS).text


def sample_texts(texts: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return language and text of everything that is written."""
    return [(language, sample_text(text)) for language, text in texts.items() if text.strip()]
