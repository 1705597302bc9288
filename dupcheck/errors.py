"""What can go wrong through the user's or the data's fault.

::

    DupcheckError            every error meant for a person; exit code 2 on the command line
    ├── CatalogError         a catalogue, draft or truth file cannot be read as what it should be
    ├── RulesError           a rule pack or a ``--set`` is wrong; names every problem at once
    ├── UnknownListingError  a listing id that the catalogue does not hold
    ├── OutputError          a report cannot be written
    ├── ServeError           a server cannot be started as asked
    └── LedgerError          a ledger cannot be opened, read or written
        ├── ChoiceError      what a person chose cannot be done with what is decided by now
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
    """A catalogue, draft or truth file cannot be read as what it should be.

    Examples:
        >>> import dupcheck as dc
        >>> try:
        ...     dc.read_catalog("sample_catalog")
        ... except dc.CatalogError as error:
        ...     print(error)
        sample_catalog is a folder. Give the catalogue file in it, such as catalog.csv, ...
    """


class RulesError(DupcheckError):
    """A rule pack or a limit given with it is wrong.

    Examples:
        >>> import dupcheck as dc
        >>> try:
        ...     dc.read_pack("aliexpress").with_limit("R2.title.min=300")
        ... except dc.RulesError as error:
        ...     print(error)
        These limits cannot be set:
          - R2.title.min=300: title goes from 0 to 100.
    """


class UnknownListingError(DupcheckError):
    """A listing id that the catalogue does not hold.

    Examples:
        >>> import dupcheck as dc
        >>> try:
        ...     dc.why("sample_catalog/catalog.csv", "A-131", "A-999")
        ... except dc.UnknownListingError as error:
        ...     print(error)
        There is no listing A-999 in the catalogue. The nearest: A-189, ...
    """


class OutputError(DupcheckError):
    """A report cannot be written where it should go.

    Examples:
        >>> import dupcheck as dc
        >>> audit = dc.audit("sample_catalog/catalog.csv")
        >>> try:
        ...     audit.save("README.md")
        ... except dc.OutputError as error:
        ...     print(error)
        The report folder cannot be README.md: a file of that name is there. ...
    """


class ServeError(DupcheckError):
    """A server cannot be started as asked.

    Examples:
        >>> from dupcheck.errors import ServeError
        >>> from dupcheck.serve.server import open_port
        >>> try:
        ...     open_port("0.0.0.0", 8000, secured=False)
        ... except ServeError as error:
        ...     print(error)
        0.0.0.0 can be reached by other machines: give --token, ...
    """


class LedgerError(DupcheckError):
    """A ledger cannot be opened, read or written.

    Examples:
        >>> import dupcheck as dc
        >>> try:
        ...     dc.open_ledger("mysql://host/name")
        ... except dc.LedgerError as error:
        ...     print(error)
        mysql is no place for a ledger. Give a file, or an address such as postgresql+psycopg://user@host/name.
    """


class ChoiceError(LedgerError):
    """What a person chose cannot be done with what is decided by now; the ledger itself is well.

    Examples:
        >>> import tempfile
        >>> import dupcheck as dc
        >>> from dupcheck.errors import ChoiceError
        >>> with tempfile.TemporaryDirectory() as folder, dc.open_ledger(f"{folder}/ledger.sqlite") as ledger:
        ...     try:
        ...         ledger.undo(7)
        ...     except ChoiceError as error:
        ...         print(error)
        The ledger knows no act 7. dupcheck decisions acts shows them.
    """


class OverrideError(LedgerError):
    """What goes against the rules was asked for without a reason, or where it is not allowed.

    Examples:
        >>> import tempfile
        >>> import dupcheck as dc
        >>> from dupcheck.errors import OverrideError
        >>> checker = dc.Checker("sample_catalog/catalog.csv")
        >>> with tempfile.TemporaryDirectory() as folder, dc.open_ledger(f"{folder}/ledger.sqlite") as ledger:
        ...     try:
        ...         checker.claim(ledger, "job-1", {"title": "Ceramic garden gnome"}, override="!")
        ...     except OverrideError as error:
        ...         print(error)
        To go against the rules, give a reason in words.
    """


class TokenError(LedgerError):
    """A token cannot do what was asked: badly formed, used for something else, or no longer live.

    Examples:
        >>> import tempfile
        >>> import dupcheck as dc
        >>> checker = dc.Checker("sample_catalog/catalog.csv")
        >>> with tempfile.TemporaryDirectory() as folder, dc.open_ledger(f"{folder}/ledger.sqlite") as ledger:
        ...     claim = checker.claim(ledger, "job-1", {"title": "Ceramic garden gnome"})
        ...     try:
        ...         checker.claim(ledger, "job-1", {"title": "Rubber boots with a lining of fleece"})
        ...     except dc.TokenError as error:
        ...         print(error)
        The name job-1 already stands for another draft (reserved). Take a new name for this one.
    """


class UnknownTokenError(TokenError):
    """A token, or the name of a claim, that the ledger has never seen.

    Examples:
        >>> import tempfile
        >>> import dupcheck as dc
        >>> from dupcheck.errors import UnknownTokenError
        >>> with tempfile.TemporaryDirectory() as folder, dc.open_ledger(f"{folder}/ledger.sqlite") as ledger:
        ...     try:
        ...         ledger.publish("job-1")
        ...     except UnknownTokenError as error:
        ...         print(error)
        The ledger knows no claim job-1. Reserve it first: ...
    """


class TokenNeededError(TokenError):
    """A claim is another's: its token was not shown.

    Examples:
        >>> import tempfile
        >>> import dupcheck as dc
        >>> from dupcheck.errors import TokenNeededError
        >>> checker = dc.Checker("sample_catalog/catalog.csv")
        >>> with tempfile.TemporaryDirectory() as folder, dc.open_ledger(f"{folder}/ledger.sqlite") as ledger:
        ...     claim = checker.claim(ledger, "job-1", {"title": "Ceramic garden gnome"}, person="Mei")
        ...     try:
        ...         ledger.release("job-1", person="Tom")
        ...     except TokenNeededError as error:
        ...         print(error)
        job-1 was claimed by Mei. Show its token, or let Mei do it.
    """
