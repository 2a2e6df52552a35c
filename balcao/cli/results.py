"""What every command ends with: exit codes, and an error that carries one."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes; those above 2 are of sysexits.h, which mail servers understand."""

    OK = 0
    FAILED = 1
    USAGE = 2
    TEMPORARY = 75  # try again later: nothing was lost, nothing was taken
    CONFIGURATION = 78  # a setting is wrong or missing


class CommandFailed(Exception):
    """A command cannot do what was asked; the text says why and what to do."""

    def __init__(self, text: str, *, code: Exit = Exit.FAILED) -> None:
        super().__init__(text)
        self.code = code
