"""What was kept and is not believed: told, and measured again."""

import logging

from dupcheck.messages import Message


def tell_doubt(text: Message) -> None:
    """Tell whoever runs this that something kept was not believed; a command says it in its language."""
    logging.getLogger("dupcheck").warning(text.say("en"), extra={"spoken": text})
