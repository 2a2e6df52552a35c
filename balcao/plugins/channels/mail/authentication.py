"""What our own mail server found out about the sender (RFC 8601). Nobody else's word counts."""

import re
from dataclasses import dataclass

from balcao.plugins.channels.mail.headers import unfold
from balcao.ports.channel import Proof

_COMMENT = re.compile(r"\((?:[^()\\]|\\.|\([^()]*\))*\)")
_RESULT = re.compile(r"\s*([a-z0-9-]+)(?:/\d+)?\s*=\s*([a-z]+)", re.IGNORECASE)
_PROPERTY = re.compile(r"([a-z]+)\.([a-z0-9_-]+)\s*=\s*(\"[^\"]*\"|[^\s;]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    """One method's result, such as dkim=pass with its properties."""

    method: str
    result: str
    properties: dict[str, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far the sender's address is vouched for, and the words for it."""

    proof: Proof
    detail: str = ""


def verify(fields: list[tuple[str, bytes]], *, trusted: str, address: str, several: bool) -> Verdict:
    """Judge the From address by the results of the trusted server; with several senders none is proven."""
    findings = _trusted_findings(fields, trusted.strip().lower()) if trusted.strip() else []
    if not findings:
        return Verdict(Proof.CLAIMED)
    domain = address.rpartition("@")[2]
    for finding in findings:
        if finding.method == "dmarc" and finding.result in {"pass", "fail"}:
            return _by_dmarc(finding, domain, several=several)
    for finding in findings:
        if not several and finding.result == "pass" and (signer := _aligned(finding, domain)):
            return Verdict(Proof.PROVEN, f"{finding.method}=pass ({signer})")
    return Verdict(Proof.CLAIMED, ", ".join(f"{finding.method}={finding.result}" for finding in findings))


def _by_dmarc(finding: Finding, domain: str, *, several: bool) -> Verdict:
    judged = finding.properties.get("header.from", domain).rpartition("@")[2]
    detail = f"dmarc={finding.result} ({judged})"
    if finding.result == "fail":
        return Verdict(Proof.FAILED, detail)
    return Verdict(Proof.CLAIMED if several or not _covers(judged, domain) else Proof.PROVEN, detail)


def _trusted_findings(fields: list[tuple[str, bytes]], trusted: str) -> list[Finding]:
    """Read the topmost results of our server; below the next Received field they may be forged."""
    findings: list[Finding] = []
    met = False
    for name, value in fields:
        if met and name == "received":
            break
        if name == "authentication-results":
            identifier, results = _read(unfold(value))
            if identifier == trusted:
                met = True
                findings += results
    return findings


def _read(value: str) -> tuple[str, list[Finding]]:
    head, *clauses = _COMMENT.sub(" ", value[:20_000]).split(";")
    identifier = head.split()[0].strip('"').lower() if head.split() else ""
    findings = []
    for clause in clauses:
        if match := _RESULT.match(clause):
            properties = {
                f"{kind}.{name}".lower(): text.strip('"').lower() for kind, name, text in _PROPERTY.findall(clause)
            }
            findings.append(Finding(method=match[1].lower(), result=match[2].lower(), properties=properties))
    return identifier, findings


def _aligned(finding: Finding, domain: str) -> str:
    """Return the domain that vouches, when it stands for the From domain too."""
    names = {"dkim": ("header.d", "header.i"), "spf": ("smtp.mailfrom", "smtp.from")}.get(finding.method, ())
    for name in names:
        signer = finding.properties.get(name, "").strip("<>").rpartition("@")[2]
        if signer and _covers(signer, domain):
            return signer
    return ""


def _covers(signer: str, domain: str) -> bool:
    """Tell whether two domains are the same or one stands below the other (relaxed alignment without a suffix list)."""
    if not signer or not domain or "." not in signer:
        return False
    return signer == domain or domain.endswith("." + signer) or (signer.endswith("." + domain) and "." in domain)
