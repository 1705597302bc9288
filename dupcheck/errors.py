"""What can go wrong through the user's or the data's fault.

::

    DupcheckError            every error meant for a person; exit code 2 on the command line
    ├── CatalogError         a catalogue, draft or truth file cannot be read as what it should be
    ├── RulesError           a rule pack or a ``--set`` is wrong; names every problem at once
    ├── UnknownListingError  a listing id that the catalogue does not hold
    ├── OutputError          a report cannot be written
    ├── ServeError           a server cannot be started as asked
    └── LedgerError          a ledger cannot be opened, read or written
        ├── OverrideError    what goes against the rules was asked for without a reason, or where it is not allowed
        └── TokenError       a token cannot do what was asked: badly formed, used for something else, or no longer live
            ├── UnknownTokenError  a token, or the name of a claim, that the ledger has never seen
            └── TokenNeededError   a claim is another's: its token was not shown

Anything else that is raised is a defect of dupcheck.
"""

from dupcheck.messages import Lang, Message, message


class DupcheckError(Exception):
    """An error meant for a person: what was expected, what came, what to do, in any language.

    Args:
        key: The key of its text.
        values: What the text is filled from.

    Examples:
        >>> import dupcheck as dc
        >>> try:
        ...     dc.read_catalog("no-such-file.csv")
        ... except dc.DupcheckError as error:
        ...     print(error.say("en"))
        There is no file no-such-file.csv.
    """

    def __init__(self, key: str, /, **values: object) -> None:
        self.text: Message = message(key, **values)
        super().__init__(self.text.say("en"))

    def say(self, lang: Lang = "en") -> str:
        """Return the error's text in ``lang``."""
        return self.text.say(lang)


class CatalogError(DupcheckError):
    """A catalogue, draft or truth file cannot be read as what it should be."""


class RulesError(DupcheckError):
    """A rule pack or a limit given with it is wrong."""


class UnknownListingError(DupcheckError):
    """A listing id that the catalogue does not hold."""


class OutputError(DupcheckError):
    """A report cannot be written where it should go."""


class ServeError(DupcheckError):
    """A server cannot be started as asked."""


class LedgerError(DupcheckError):
    """A ledger cannot be opened, read or written."""


class ChoiceError(LedgerError):
    """What a person chose cannot be done with what is decided by now; the ledger itself is well."""


class OverrideError(LedgerError):
    """What goes against the rules was asked for without a reason, or where it is not allowed."""


class TokenError(LedgerError):
    """A token cannot do what was asked: badly formed, used for something else, or no longer live."""


class UnknownTokenError(TokenError):
    """A token, or the name of a claim, that the ledger has never seen."""


class TokenNeededError(TokenError):
    """A claim is another's: its token was not shown."""
