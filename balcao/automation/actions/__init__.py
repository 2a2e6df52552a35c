"""Everything that writes macros and rules."""

from balcao.automation.actions.macros import delete_macro, run_steps, save_macro

__all__ = ["delete_macro", "run_steps", "save_macro"]
