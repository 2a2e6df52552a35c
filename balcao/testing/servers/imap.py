"""A throw-away IMAP server (Dovecot) over Maildirs: any mailbox name logs in with the password `secret`."""

import getpass
import grp
import os
import pwd
import shutil
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from balcao.testing.servers.running import as_owner, free_port, open_folder, program, running

_CONFIGURATION = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
ssl = yes
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
default_login_user = {owner}
default_internal_user = {owner}
default_internal_group = {group}
mail_location = maildir:{folder}/home/%u/Maildir
mail_uid = {owner}
mail_gid = {group}
first_valid_uid = 0
first_valid_gid = 0
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={owner} gid={group} home={folder}/home/%u
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
"""


@dataclass(frozen=True)
class ImapServer:
    """Where the server listens and how a test puts mails into its mailboxes."""

    port: int
    tls_port: int
    folder: Path
    owner: str
    group: str
    host: str = "127.0.0.1"
    password: str = "secret"

    @property
    def certificate(self) -> Path:
        """Return the certificate to trust for TLS, made for `localhost` and 127.0.0.1."""
        return self.folder / "certificate.pem"

    def deliver(self, mailbox: str, raw: bytes) -> None:
        """Put one mail into the inbox of `mailbox`, as a mail server would."""
        maildir = self._maildir(mailbox)
        name = f"{datetime.now(UTC).timestamp():.6f}.{uuid4().hex}.{socket.gethostname()}"
        draft = maildir / "tmp" / name
        draft.write_bytes(raw)
        self.give(draft)
        draft.rename(maildir / "new" / name)

    def delivered(self, mailbox: str) -> list[bytes]:
        """Return the mails in the inbox of `mailbox`, oldest first."""
        maildir = self._maildir(mailbox)
        paths = [path for part in ("cur", "new") for path in (maildir / part).iterdir()]
        return [path.read_bytes() for path in sorted(paths, key=lambda path: path.name)]

    def _maildir(self, mailbox: str) -> Path:
        home = self.folder / "home" / mailbox
        for folder in (home, home / "Maildir", *(home / "Maildir" / part for part in ("cur", "new", "tmp"))):
            if not folder.exists():
                folder.mkdir(mode=0o700)
                self.give(folder)
        return home / "Maildir"

    def give(self, path: Path) -> None:
        """Make the server's own user the owner of a path, if we are root."""
        if os.geteuid() == 0:
            shutil.chown(path, self.owner, self.group)


@contextmanager
def imap() -> Iterator[ImapServer]:
    """Run an IMAP server while the block lasts, plain and over TLS."""
    dovecot = program("dovecot", folders=["/usr/sbin"], package="dovecot-imapd")
    owner = "nobody" if os.geteuid() == 0 else getpass.getuser()
    group = grp.getgrgid(pwd.getpwnam(owner).pw_gid).gr_name
    with open_folder(owner=owner) as folder:
        server = ImapServer(port=free_port(), tls_port=free_port(), folder=folder, owner=owner, group=group)
        _write_certificate(folder)
        (folder / "home").mkdir(mode=0o755)
        server.give(folder / "home")
        configuration = folder / "dovecot.conf"
        configuration.write_text(
            _CONFIGURATION.format(
                folder=folder,
                owner=owner,
                group=group,
                password=server.password,
                port=server.port,
                tls_port=server.tls_port,
            )
        )
        command = as_owner([dovecot, "-F", "-c", str(configuration)], owner=None)
        with running(command, port=server.port, log=folder / "start.log", stop=signal.SIGTERM):
            yield server


def _write_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
