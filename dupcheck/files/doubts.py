"""What was kept and is not believed: told, and measured again."""

from collections.abc import Callable

from dupcheck.messages import Message

_HEARERS: list[Callable[[Message], None]] = []


def hear_doubts(hear: Callable[[Message], None]) -> None:
    """Have ``hear`` told of doubts from now on, in place of whoever was, and of the log."""
    _HEARERS[:] = [hear]


def tell_doubt(text: Message) -> None:
    """Tell whoever runs this that something kept was not believed: a command in its language, a program by the log."""
    if _HEARERS:
        _HEARERS[-1](text)
        return
    import logging  # a check of what is whole does not wait for it

    logging.getLogger("dupcheck").warning(text.say("en"))
