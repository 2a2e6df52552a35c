"""Named steps of whatever must survive a death, at which the kill tests end a process: nothing is lost or doubled."""

import os
import signal

STEPS = (
    "envelope.kept",
    "envelope.parsed",
    "message.stored",
    "envelope.done",
    "dispatch.claimed",
    "dispatch.handing_over",
    "dispatch.handed_over",
    "dispatch.settled",
    "order_action.claimed",
    "order_action.begun",
    "order_action.performed",
    "order_action.settled",
    "webhook.claimed",
    "webhook.sent",
    "webhook.settled",
    "effect.claimed",
    "effect.begun",
    "timer.claimed",
    "timer.fired",
    "shop.page.read",
    "shop.page.kept",
)

_fatal: str | None = None
_left = 0


def arm(step: str, *, hit: int = 1) -> None:
    """Let this process die, as if the power had gone, when it reaches a step for the n-th time."""
    global _fatal, _left
    if step not in STEPS:
        raise ValueError(f"There is no step '{step}'; there are {', '.join(STEPS)}.")
    _fatal, _left = step, hit


def reached(step: str) -> None:
    """Say that a step has been reached; does nothing outside the kill tests."""
    global _left  # noqa: PLW0603
    if step != _fatal:
        return
    _left -= 1
    if _left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)


if "BALCAO_FAULT_AT" in os.environ:  # "step" or "step:hit"
    _step, _, _hit = os.environ["BALCAO_FAULT_AT"].partition(":")
    arm(_step, hit=int(_hit or 1))
