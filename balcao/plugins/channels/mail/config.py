"""The settings of a mailbox."""

from dataclasses import dataclass
from typing import ClassVar

from balcao.kit.i18n import N_
from balcao.ports.config import Preset, config_field

SECURITY = (
    ("tls", N_("TLS (recommended)")),
    ("starttls", N_("STARTTLS")),
    ("plain", N_("None: only for a server on this machine")),
)
LOGIN = (
    ("password", N_("Password")),
    ("google", N_("Google account")),
    ("microsoft", N_("Microsoft account")),
)
INCOMING = (
    ("imap", N_("We fetch it from the mailbox (IMAP)")),
    ("provider", N_("The mail provider calls us (webhook)")),
    ("none", N_("It is handed over on this machine (balcao ingest)")),
)
OUTGOING = (
    ("smtp", N_("Through the mail server (SMTP)")),
    ("provider", N_("Through the mail provider")),
    ("folder", N_("Into a folder on this machine: for trying things out")),
    ("none", N_("Nothing is sent from here")),
)
PROVIDERS = (
    ("", N_("None")),
    ("amazon_ses", "Amazon SES"),
    ("brevo", "Brevo"),
    ("mailersend", "MailerSend"),
    ("mailgun", "Mailgun"),
    ("mailjet", "Mailjet"),
    ("mailtrap", "Mailtrap"),
    ("mandrill", "Mandrill (Mailchimp)"),
    ("postal", "Postal"),
    ("postmark", "Postmark"),
    ("resend", "Resend"),
    ("sendgrid", "SendGrid (Twilio)"),
    ("sparkpost", "SparkPost"),
)

_MAILBOX = N_("Mailbox")
_IN = N_("Receiving")
_OUT = N_("Sending")
_LOGIN = N_("Login")
_PROVIDER = N_("Mail provider")
_TRUST = N_("Trust")

_FETCHED = (("incoming", "imap"),)
_SMTP = (("outgoing", "smtp"),)
_LOGGED_IN = (("incoming", "imap"), ("outgoing", "smtp"))
_CONSENT = (("login", "google"), ("login", "microsoft"))
_CLOUD = (("incoming", "provider"), ("outgoing", "provider"))

_GOOGLE = {
    "login": "google",
    "imap_host": "imap.gmail.com",
    "smtp_host": "smtp.gmail.com",
    "plus_addressing": True,
    "authserv_id": "mx.google.com",
}
_MICROSOFT = {
    "login": "microsoft",
    "imap_host": "outlook.office365.com",
    "smtp_host": "smtp.office365.com",
    "smtp_port": 587,
    "smtp_security": "starttls",
    "plus_addressing": True,
}
PRESETS = (
    Preset("imap", N_("Any mailbox"), N_("IMAP and SMTP with a password")),
    Preset("google", N_("Google"), N_("Gmail or Google Workspace, without a password"), _GOOGLE),
    Preset("microsoft", N_("Microsoft"), N_("Microsoft 365 or Outlook, without a password"), _MICROSOFT),
    Preset(
        "provider",
        N_("A mail provider's webhook"),
        N_("Postmark, Mailgun, SendGrid and others call us"),
        {"incoming": "provider", "outgoing": "provider"},
    ),
    Preset(
        "handed",
        N_("Handed over"),
        N_("Postfix, Exim or a script on this machine calls balcao ingest"),
        {"incoming": "none"},
    ),
)


@dataclass(frozen=True, slots=True)
class MailConfig:
    """What one mailbox needs to be read and written."""

    PRESETS: ClassVar[tuple[Preset, ...]] = PRESETS

    address: str = config_field(
        N_("E-mail address"), group=_MAILBOX, required=True, help_text=N_("Customers write to it and see it as sender.")
    )
    aliases: str = config_field(
        N_("Other addresses of this mailbox"), group=_MAILBOX, help_text=N_("Parted by commas.")
    )
    plus_addressing: bool = config_field(
        N_("Answers may go to address+something"),
        group=_MAILBOX,
        default=False,
        help_text=N_(
            "Finds the conversation even where a mail program drops the thread. Gmail and Microsoft 365 allow it."
        ),
    )

    incoming: str = config_field(N_("How mail comes in"), group=_IN, default="imap", choices=INCOMING)
    imap_host: str = config_field(N_("IMAP server"), group=_IN, shown_if=_FETCHED, required=True)
    imap_port: int = config_field(N_("IMAP port"), group=_IN, default=993, shown_if=_FETCHED)
    imap_security: str = config_field(
        N_("IMAP encryption"), group=_IN, default="tls", choices=SECURITY, shown_if=_FETCHED
    )
    folders: str = config_field(
        N_("Folders"),
        group=_IN,
        default="INBOX",
        help_text=N_("Parted by commas. Add the spam folder to miss nothing."),
        shown_if=_FETCHED,
    )
    since_days: int = config_field(
        N_("Bring older mail of the last days"),
        group=_IN,
        default=0,
        help_text=N_("0: only mail that arrives from now on."),
        shown_if=_FETCHED,
    )
    mark_seen: bool = config_field(
        N_("Mark as read on the server what was taken in"), group=_IN, default=False, shown_if=_FETCHED
    )

    outgoing: str = config_field(N_("How mail goes out"), group=_OUT, default="smtp", choices=OUTGOING)
    outgoing_folder: str = config_field(N_("Folder for outgoing mail"), group=_OUT, shown_if=(("outgoing", "folder"),))
    smtp_host: str = config_field(N_("SMTP server"), group=_OUT, shown_if=_SMTP, required=True)
    smtp_port: int = config_field(N_("SMTP port"), group=_OUT, default=465, shown_if=_SMTP)
    smtp_security: str = config_field(
        N_("SMTP encryption"), group=_OUT, default="tls", choices=SECURITY, shown_if=_SMTP
    )
    smtp_username: str = config_field(
        N_("SMTP user name"),
        group=_OUT,
        help_text=N_("Empty: the same login as for receiving. A dash: no login."),
        shown_if=(("outgoing", "smtp"),),
    )
    smtp_password: str = config_field(N_("SMTP password"), group=_OUT, secret=True, shown_if=(("outgoing", "smtp"),))
    empty_sender: bool = config_field(
        N_("Send automatic mail with an empty envelope sender"),
        group=_OUT,
        default=False,
        help_text=N_("Stops loops for certain; most providers refuse it."),
    )

    login: str = config_field(N_("Log in with"), group=_LOGIN, default="password", choices=LOGIN, shown_if=_LOGGED_IN)
    username: str = config_field(
        N_("User name"), group=_LOGIN, help_text=N_("Empty: the e-mail address."), shown_if=_LOGGED_IN
    )
    password: str = config_field(N_("Password"), group=_LOGIN, secret=True, shown_if=(("login", "password"),))
    oauth_client_id: str = config_field(N_("OAuth client id"), group=_LOGIN, shown_if=_CONSENT)
    oauth_client_secret: str = config_field(N_("OAuth client secret"), group=_LOGIN, secret=True, shown_if=_CONSENT)
    oauth_tenant: str = config_field(
        N_("Microsoft tenant"), group=_LOGIN, default="common", shown_if=(("login", "microsoft"),)
    )
    oauth_refresh_token: str = config_field(
        N_("OAuth refresh token"),
        group=_LOGIN,
        secret=True,
        help_text=N_("Comes by itself when the account is connected."),
        shown_if=_CONSENT,
    )

    provider: str = config_field(N_("Mail provider"), group=_PROVIDER, choices=PROVIDERS, shown_if=_CLOUD)
    provider_key: str = config_field(N_("API key"), group=_PROVIDER, secret=True, shown_if=_CLOUD)
    provider_secret: str = config_field(
        N_("Webhook signing key"),
        group=_PROVIDER,
        secret=True,
        help_text=N_("As the provider's webhook page shows it."),
        shown_if=_CLOUD,
    )
    provider_login: str = config_field(
        N_("Webhook login"),
        group=_PROVIDER,
        secret=True,
        help_text=N_("name:password, written into the webhook address of providers that do not sign."),
        shown_if=_CLOUD,
    )
    provider_domain: str = config_field(
        N_("Sending domain or region"),
        group=_PROVIDER,
        help_text=N_("Mailgun: the domain; Amazon SES: the region."),
        shown_if=_CLOUD,
    )
    provider_url: str = config_field(
        N_("API address"),
        group=_PROVIDER,
        help_text=N_("Only for regions or servers of your own; else empty."),
        shown_if=_CLOUD,
    )

    authserv_id: str = config_field(
        N_("Name of the receiving server in Authentication-Results"),
        group=_TRUST,
        help_text=N_("Results of any other name are not believed. Gmail: mx.google.com."),
        shown_if=(("incoming", "imap"), ("incoming", "none")),
    )
    arc_sealers: str = config_field(
        N_("Trusted ARC sealers"),
        group=_TRUST,
        help_text=N_("Domains, parted by commas."),
        shown_if=(("incoming", "imap"), ("incoming", "none")),
    )

    @property
    def is_fetched(self) -> bool:
        """Tell whether we ask the server for new mail."""
        return self.incoming == "imap"

    @property
    def is_hooked(self) -> bool:
        """Tell whether a provider calls us."""
        return "provider" in (self.incoming, self.outgoing)

    @property
    def needs_consent(self) -> bool:
        """Tell whether the owner of the account has to let us in."""
        return self.login != "password" and (self.incoming == "imap" or self.outgoing == "smtp")
