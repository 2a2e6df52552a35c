"""Every page of Balcão, and how what opens over a page is opened: the rows of tools/grid.py."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page


@dataclass(frozen=True)
class View:
    """One picture of the grid; `{name}` in the address is a place of the demo desk."""

    name: str
    address: str
    # agent (an admin), light, guest, customer (verified), half (a password given, the second step not yet)
    who: str = "agent"
    does: Callable[[Page], None] | None = None
    status: int = 200
    waits_for: str = ""


def _press(keys: str, *, shows: str) -> Callable[[Page], None]:
    def does(page: Page) -> None:
        for key in keys.split():
            page.keyboard.press(key)
        page.locator(shows).first.wait_for()

    return does


def _click(button: str, *, shows: str) -> Callable[[Page], None]:
    def does(page: Page) -> None:
        page.locator(button).first.click()
        page.locator(shows).first.wait_for()

    return does


def _refused(form: str) -> Callable[[Page], None]:
    """Send a form empty, past the browser's own checks, so that our answer is seen."""

    def does(page: Page) -> None:
        page.evaluate(
            """(selector) => {
                const form = document.querySelector(selector);
                form.noValidate = true;
                for (const field of form.querySelectorAll("input, textarea")) {
                    if (!["hidden", "checkbox", "radio", "submit", "color"].includes(field.type)) field.value = "";
                }
                form.removeAttribute("hx-post");
                form.submit();
            }""",
            form,
        )
        page.wait_for_load_state()
        page.locator("[aria-invalid], [role=alert], .banner.late").first.wait_for()

    return does


def _forged(page: Page) -> None:
    """Send a form whose token is gone, as after days with the page open."""
    page.context.clear_cookies(name="balcao_csrf")
    page.evaluate("document.querySelector('form.stack').noValidate = true")
    page.evaluate("document.querySelector('form.stack').submit()")
    page.wait_for_load_state()


def _typed(sign: str) -> Callable[[Page], None]:
    """Type a sign that brings suggestions."""

    def does(page: Page) -> None:
        page.locator("#text").fill("")
        page.locator("#text").press_sequentially(sign)
        page.locator("[data-suggestions] [role=option]").first.wait_for()

    return does


def _unfolded(summary: str) -> Callable[[Page], None]:
    """Open what is folded, in the customer's panel."""

    def does(page: Page) -> None:
        panel = page.locator("[popovertarget=customer]").first
        if panel.is_visible():
            panel.click()
        page.locator(summary).first.click()

    return does


def _deed_sheet(page: Page) -> None:
    panel = page.locator("[popovertarget=customer]").first
    if panel.is_visible():
        panel.click()
    page.locator("#customer a.deed").first.click()
    page.locator("#dialog h2").first.wait_for()


def _bad_hours(page: Page) -> None:
    """Say that Tuesday has an hour that no clock shows."""
    page.locator("#week-tue").fill("09:00-25:00")
    page.locator("button[form=settings]").click()
    page.locator("[aria-invalid]").first.wait_for()


def _missed(page: Page) -> None:
    """Look for an order that is not there."""
    page.locator("#f-number").fill("CM-00000")
    page.locator("#f-email").fill("nobody@mail.example")
    page.locator("main form button").click()
    page.locator("[role=alert]").wait_for()


def _narrow_menu(page: Page) -> None:
    menu = page.locator("[popovertarget=places], [popovertarget=views]").first
    if menu.is_visible():
        menu.click()


DESK = (
    View("desk-list", "/in/ours/"),
    View("desk-views-menu", "/in/ours/", does=_narrow_menu),
    View("desk-by-due", "/in/ours/?order=due"),
    View("desk-empty-view", "/in/mine/"),
    View("desk-saved-view", "{shown}"),
    View("desk-trash", "/in/trash/"),
    View("desk-spam", "/in/spam/"),
    View("desk-snoozed", "/in/snoozed/"),
    View("desk-solved", "/in/solved/"),
    View("desk-bulk", "/in/ours/", does=_press("j x j x", shows="#bulk:not([hidden]), .bulk")),
    View("ticket", "{ticket}"),
    View("ticket-light", "{ticket}", who="light"),
    View("ticket-clocks", "{broken}clocks/"),
    View("ticket-clocks-none", "{unpromised}clocks/"),
    View("ticket-reply", "{ticket}?write=reply"),
    View("ticket-note", "{noted}?write=note"),
    View("ticket-forward", "{ticket}?write=forward"),
    View("ticket-pictures", "{pictured}"),
    View("ticket-merged", "{merged}"),
    View("ticket-trashed", "{trashed}"),
    View("ticket-stranger", "{stranger}"),
    View("ticket-failed", "{failed}"),
    View("ticket-order", "{bought}"),
    View("ticket-order-sheet", "{bought}", does=_deed_sheet),
    View("ticket-ready", "{asked}"),
    View("ticket-facts", "{asked}", does=_typed("{")),
    View("ticket-macros", "{asked}", does=_typed("/")),
    View("ticket-products", "{asked}products/?q=jarra"),
    View("ticket-products-nothing", "{asked}products/?q=zzzz"),
    View("ticket-place", "{bought}place/"),
    View("ticket-place-filled", "{bought}place/?variant={sold}&no_freight=1"),
    View("ticket-paid-by-code", "{payable}", does=_unfolded("#bought .order-code summary")),
    View("ticket-late", "{late}"),
    View("order-refund", "{deed}refund/"),
    View("order-cancel", "{deed}cancel/"),
    View("order-address", "{deed}change_address/"),
    View("order-lines", "{deed}change_lines/"),
    View("orders", "/orders/"),
    View("orders-found", "/orders/?q=CM-20436"),
    View("orders-nothing", "/orders/?q=zzzz"),
    View("order", "{order}"),
    View("approvals", "/approvals/"),
    View("stages", "/stages/"),
    View("stages-late", "/stages/?late=1"),
    View("stages-owed", "/in/stages/"),
    View("boards-stages", "/boards/stages/"),
    View("boards-kinds", "/boards/kinds/"),
    View("returns", "/returns/"),
    View("return", "{return}"),
    View("return-new", "{return_new}"),
    View("ticket-stage", "{staged}"),
    View("ticket-stage-asked", "{asked}"),
    View("stage-way", "{staged}", does=_click(".ways a[data-dialog]", shows="#dry")),
    View("stage-way-page", "{stage}ways/inspect/"),
    View("stage-ways", "{stage}ways/"),
    View("stage-fields", "{stage}fields/"),
    View("stage-give", "{stage}give/"),
    View("stage-task", "{stage}tasks/"),
    View("stage-times", "{staged}times/"),
    View("process-start", "{idle}process/?blueprint=return"),
    View("ticket-status-menu", "{ticket}", does=_press("s", shows="#status")),
    View("ticket-assign-menu", "{ticket}", does=_press("a", shows="#assign")),
    View("ticket-snooze-menu", "{ticket}", does=_press("p", shows="#snooze")),
    View("ticket-topic-menu", "{ticket}", does=_press("t", shows="#topic .topic-tree")),
    View("ticket-tags-dialog", "{ticket}", does=_press("l", shows="#dialog h2")),
    View("ticket-customer-panel", "{ticket}", does=_press("]", shows="body")),
    View("ticket-merge", "{ticket}merge/?into={other}"),
    View("ticket-merge-choose", "{ticket}merge/"),
    View("ticket-split", "{ticket}split/"),
    View("ticket-tags", "{ticket}tags/"),
    View("ticket-subject", "{ticket}subject/"),
    View("ticket-snooze", "{ticket}snooze/"),
    View("ticket-assign", "{ticket}assign/"),
    View("letter", "{letter}"),
    View("letter-original", "{letter}original/"),
    View("palette", "/in/ours/", does=_press("Control+k", shows="#palette [role=option]")),
    View("keys", "/keys/"),
    View("keys-dialog", "/in/ours/", does=_press("?", shows="#dialog h2")),
    View("notices", "/notices/"),
    View("bell", "/in/ours/", does=_click("#bell", shows="#notices")),
    View("me-menu", "/in/ours/", does=_click("[popovertarget=me]", shows="#me")),
    View("search", "/search/?q=caneca"),
    View("search-empty", "/search/"),
    View("search-nothing", "/search/?q=zzzzz"),
    View("search-not-understood", "/search/?q=after%3Aqqq"),
    View("customers", "/customers/?q=a"),
    View("customers-empty", "/customers/"),
    View("customer", "{remarked}"),
    View("customer-joined", "{joined}"),
    View("customer-edit", "{customer}edit/"),
    View("customer-address", "{customer}address/"),
    View("customer-merge", "{customer}merge/"),
    View("start", "/start/"),
    View("start-refused", "/start/", does=_refused("#main form, form.dialog-form")),
    View("log", "/log/"),
    View("view-new", "/views/new/?q=is:open"),
    View("view-edit", "{view}"),
    View("view-refused", "/views/new/", does=_refused("form.dialog-form")),
    View("preferences", "/me/preferences/"),
)

_FORM = "form#settings, main form.form"
CONSOLE = (
    View("console", "/console/"),
    View("console-menu", "/console/", does=_narrow_menu),
    View("console-shops", "/console/shops/"),
    View("console-shop", "{shop}"),
    View("console-shop-refused", "/console/shops/new/", does=_refused(_FORM)),
    View("console-channels", "/console/channels/"),
    View("console-channel-kinds", "/console/channels/new/"),
    View("console-mailbox-new", "/console/channels/new/mail/imap/"),
    View("console-mailbox-google", "/console/channels/new/mail/google/"),
    View("console-mailbox-provider", "/console/channels/new/mail/provider/"),
    View("console-mailbox-refused", "/console/channels/new/mail/imap/", does=_refused(_FORM)),
    View("console-mailbox", "{mailbox}"),
    View("console-mailbox-count", "{fetched}intake/"),
    View("console-first-answer", "{mailbox}answers/"),
    View("console-envelopes", "{mailbox}envelopes/"),
    View("console-form", "{form channel}"),
    View("console-form-embed", "{form channel}embed/"),
    View("console-shop-systems", "/console/shop-systems/"),
    View("console-shop-system-kinds", "/console/shop-systems/new/"),
    View("console-shop-system-new", "{system new}"),
    View("console-shop-system-refused", "{system new}", does=_refused(_FORM)),
    View("console-shop-system", "{system}"),
    View("console-shop-system-policy", "{book}policy/"),
    View("console-order-book", "{book}"),
    View("console-order-files", "{book}files/"),
    View("console-order-mapping", "{mapped file}"),
    View("console-order-file-running", "{running file}"),
    View("console-order-file-done", "{read file}"),
    View("console-order-file-bad", "{bad file}"),
    View("console-late", "{book}late/"),
    View("console-macros", "/console/macros/"),
    View("console-macro", "{macro}"),
    View("console-macro-refused", "/console/macros/new/", does=_refused(_FORM)),
    View("console-topics", "/console/topics/"),
    View("console-topic", "{topic}"),
    View("console-topic-refused", "/console/topics/new/", does=_refused(_FORM)),
    View("console-targets", "/console/targets/"),
    View("console-target", "{target}"),
    View("console-target-refused", "/console/targets/new/", does=_refused(_FORM)),
    View("console-calendars", "/console/calendars/"),
    View("console-calendar", "{calendar}"),
    View("console-calendar-refused", "{calendar}", does=_bad_hours),
    View("console-calendar-new", "/console/calendars/new/"),
    View("console-rules", "/console/rules/"),
    View("console-rule", "{rule}"),
    View("console-rule-tried", "{rule}", does=_click("button[name=try]", shows="#tried")),
    View("console-rule-refused", "/console/rules/new/", does=_refused(_FORM)),
    View("console-rule-log", "{rule}log/"),
    View("console-processes", "/console/processes/"),
    View("console-process-new", "/console/processes/new/"),
    View("console-process-bring", "/console/processes/bring/"),
    View("console-process", "{process}"),
    View("console-process-stage", "{process}?stage=requested"),
    View("console-process-way", "{process}?way=refund"),
    View("console-process-fact", "{process}?field=reason"),
    View("console-process-try", "{process}try/"),
    View("console-process-versions", "{process}versions/"),
    View("console-process-publish", "{process_draft}publish/"),
    View("console-webhooks", "/console/webhooks/"),
    View("console-webhook", "{webhook}"),
    View("console-webhook-settings", "{webhook}settings/"),
    View("console-webhook-delivery", "{webhook delivery}"),
    View("console-webhook-refused", "/console/webhooks/new/", does=_refused(_FORM)),
    View("console-returns", "/console/returns/"),
    View("console-returns-policy", "{returns_policy}"),
    View("console-tags", "/console/tags/"),
    View("console-tag", "{tag}"),
    View("console-tag-refused", "/console/tags/new/", does=_refused(_FORM)),
    View("console-quarantine", "/console/quarantine/"),
    View("console-quarantined", "{quarantined}"),
    View("console-agents", "/console/agents/"),
    View("console-agent", "{agent}"),
    View("console-agent-refused", "/console/agents/new/", does=_refused(_FORM)),
    View("console-roles", "/console/roles/"),
    View("console-teams", "/console/teams/"),
    View("console-team", "{team}"),
    View("console-team-refused", "/console/teams/new/", does=_refused(_FORM)),
    View("console-departments", "/console/departments/"),
    View("console-department", "{department}"),
    View("console-tokens", "/console/tokens/"),
    View("console-token-refused", "/console/tokens/new/", does=_refused(_FORM)),
    View("console-journal", "/console/journal/"),
    View("console-health", "/console/health/"),
)

_STACK = "form.stack"
DOOR = (
    View("login", "/account/login/", who="guest"),
    View("login-refused", "/account/login/", who="guest", does=_refused(_STACK)),
    View("reset", "/account/password/reset/", who="guest"),
    View("reset-sent", "/account/password/reset/done/", who="guest"),
    View("reset-key", "{reset}", who="guest"),
    View("reset-key-wrong", "/account/password/reset/key/1-nothing/", who="guest"),
    View("signup-closed", "/account/signup/", who="guest"),
    View("inactive", "/account/inactive/", who="guest"),
    View("invitation", "{invitation}", who="guest"),
    View("invitation-refused", "{invitation}", who="guest", does=_refused(_STACK)),
    View("invitation-gone", "/account/invitation/nothing/", who="guest", status=410),
    View("two-steps", "/account/2fa/"),
    View("two-steps-on", "/account/2fa/", who="half"),
    View("two-steps-app", "/account/2fa/totp/activate/"),
    View("two-steps-codes", "/account/2fa/recovery-codes/", who="half"),
    View("two-steps-keys", "/account/2fa/webauthn/"),
    View("reauthenticate", "/account/reauthenticate/"),
    View("sessions", "/account/sessions/"),
    View("password", "/account/password/change/"),
    View("logout", "/account/logout/"),
)

PORTAL = (
    View("form", "{form}?lang={language}", who="guest"),
    View("form-embedded", "{form}?lang={language}&embed=1", who="guest"),
    View("form-refused", "{form}?lang={language}", who="guest", does=_refused("main form")),
    View("form-thanks", "{form}thanks/?lang={language}&reference=0A1B2C3D", who="guest"),
    View("form-unknown", "/f/nothing/", who="guest", status=404),
    View("find", "{find}?lang={language}", who="guest"),
    View("find-missed", "{find}?lang={language}", who="guest", does=_missed),
    View("state", "{state}?lang={language}", who="guest"),
    View("state-code", "{state}?lang={language}", who="guest", does=_click("#code button", shows="#f-code")),
    View("own-order-problem", "{own}problem/?lang={language}", who="customer"),
    View("own-order", "{own}?lang={language}", who="customer"),
    View("own-order-address", "{own}address/?lang={language}", who="customer"),
    View("own-order-address-refused", "{own}address/?lang={language}", who="customer", does=_refused("main form")),
    View("own-order-return", "{own}return/?lang={language}", who="customer"),
    View("matter", "{matter}?lang={language}", who="guest"),
    View("own-order-cancel", "{own}cancel/?lang={language}", who="customer"),
    View("confirm", "{confirm}?lang={language}", who="guest"),
    View("confirm-over", "{find}v/nothing/?lang={language}", who="guest", status=410),
)

FAULTS = (
    View("fault-404", "/nothing/", status=404),
    View("fault-404-guest", "/nothing/", who="guest", status=404),
    View("fault-403", "/console/agents/", who="light", status=403),
    View("fault-forged", "/account/login/", who="guest", does=_forged),
    View("fault-500", "/fault-500/", who="guest", status=500),
)

VIEWS = DESK + CONSOLE + DOOR + PORTAL + FAULTS
