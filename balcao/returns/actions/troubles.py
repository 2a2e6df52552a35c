"""Why something cannot be done with a return."""

from enum import StrEnum


class Trouble(StrEnum):
    """Why something cannot be taken back at all; no judgement of the customer's right is among it."""

    NOTHING = "nothing"  # no pieces were chosen
    NO_SUCH_LINE = "no_such_line"
    TOO_MANY = "too_many"  # more pieces than there are, or than are not on their way already
    OTHER_ORDER = "other_order"  # the ticket's process is about another order
    ALREADY = "already"  # the ticket's process has its return
    NO_SUCH_OUTCOME = "no_such_outcome"
    NO_VARIANT = "no_variant"  # an exchange says for what
    MIXED = "mixed"  # one return has one outcome: two parcels, or two returns
    NO_PATH = "no_path"  # the shop has no process for returns in use
    NOT_NOW = "not_now"  # it has come too far for this, or not far enough
    NO_GROUNDS = "no_grounds"  # a refusal names its rule and tells the customer why
    THEIR_CHOICE = "their_choice"  # the customer may choose freely
    TOO_MUCH = "too_much"  # more is taken off than a rule allows


class CannotReturn(Exception):
    """A return cannot be opened or changed as asked; nothing was written."""

    def __init__(self, trouble: Trouble, line: str = "") -> None:
        super().__init__(f"{trouble} {line}".rstrip())
        self.trouble, self.line = trouble, line
