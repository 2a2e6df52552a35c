"""E-mail addresses: one spelling for each, and what may be concluded from it."""

import re
import unicodedata

import idna

_LONGEST = 254  # RFC 5321
_GMAIL = frozenset({"gmail.com", "googlemail.com"})
_SECOND_LEVELS = frozenset({"com", "co", "org", "net", "gov", "edu", "gen", "web", "ac"})
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_PLAIN_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*|\[[a-f0-9.:]+\]|\[ipv6:[a-f0-9:.]+\]")
_UNSAID = re.compile(r"[\s\x00-\x1f\x7f<>,;]")
_ROLE_NAMES = """
    abuse accounting admin administrator ajuda all atendimento bilgi billing cobranca comercial compras contabilidade
    contact contas contato cs destek equipe faleconosco fatura faturamento feedback financeiro finans finance hello help
    helpdesk hostmaster hr iade iletisim info insankaynaklari jobs kargo kontak kontakt legal loja mail marketing
    merhaba muhasebe musterihizmetleri noc office ola operacoes orders pazarlama pedidos postmaster press rh root sac
    sales satinalma satis security service shop sikayet siparis soporte spam staff suporte support team trocas vendas
    ventas webmaster yardim
    noreply donotreply naoresponda naoresponder cevaplamayin yanitlamayin mailerdaemon bounce bounces notification
    notifications notificacao notificacoes bildirim
"""
_ROLES = frozenset(_ROLE_NAMES.split())


class BadAddress(ValueError):
    """A text is no e-mail address."""


def normalise_email(address: str) -> str:
    """Return the one spelling of an address: lower case, composed letters, domain in ASCII; raise `BadAddress`.

    Dots and +tags stay: only Gmail ignores them, see `duplicate_hint_key`.
    """
    local, at, domain = unicodedata.normalize("NFC", address.strip()).rpartition("@")
    spelt = f"{unicodedata.normalize('NFC', local.lower())}@{_normal_domain(domain)}"
    is_quoted = local.startswith('"') and local.endswith('"') and "\n" not in local
    if not at or not local or len(spelt) > _LONGEST or (_UNSAID.search(local) and not is_quoted):
        raise BadAddress("This is no e-mail address.")
    return spelt


def _normal_domain(domain: str) -> str:
    try:
        normal = idna.encode(domain.rstrip("."), uts46=True).decode()
    except UnicodeError:  # names with an underscore and address literals are no IDNA names but do occur
        normal = domain.rstrip(".").lower()
    if not _PLAIN_DOMAIN.fullmatch(normal):
        raise BadAddress("This is no e-mail address.")
    return normal


def is_role_address(address: str) -> bool:
    """Tell whether an address is that of an office or a machine (info@, satis@, no-reply@), so of no one person."""
    local = address.lower().rpartition("@")[0].partition("+")[0]
    return re.sub(r"[._-]|\d+$", "", local) in _ROLES


def duplicate_hint_key(address: str) -> str:
    """Return a normalised address without what Gmail ignores: equal keys hint at one person and prove nothing."""
    local, _, domain = address.rpartition("@")
    if domain not in _GMAIL:
        return address
    return f"{local.partition('+')[0].replace('.', '')}@gmail.com"


def mask_email(address: str) -> str:
    """Return an address so that only its owner recognises it: m***@g***.com."""
    local, _, domain = address.rpartition("@")
    *names, top = domain.split(".")
    if len(names) > 1 and names[-1] in _SECOND_LEVELS:
        top = f"{names[-1]}.{top}"
    ending = f".{top}" if names else ""
    return f"{local[:1]}***@{domain[:1]}***{ending}"
