"""The public names: each tells its parameters, what it returns and raises, and has an example that is true."""

import dataclasses
import doctest
import importlib.metadata
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

import dupcheck as dc
from dupcheck import errors

ROOT = Path(__file__).resolve().parent.parent
NAMES = [name for name in dc.__all__ if name != "__version__"]
FUNCTIONS = [name for name in NAMES if inspect.isfunction(inspect.unwrap(getattr(dc, name)))]
CLASSES = [name for name in NAMES if isinstance(getattr(dc, name), type) and not name.endswith("Error")]
ERRORS = {
    name: held for name, held in vars(errors).items()
    if isinstance(held, type) and issubclass(held, dc.DupcheckError)
}  # fmt: skip
"""All errors meant for a person, those too that only the more general one of them is offered for."""
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def sections(held: Any) -> dict[str, str]:
    """The parts of a docstring: «Args», «Returns» …, each with its text."""
    parts = re.split(r"^([A-Z][a-z]+):\n", inspect.getdoc(held) or "", flags=re.MULTILINE)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def told(text: str) -> list[str]:
    """The names that a part tells of."""
    return re.findall(r"^    (\w+): \S", text, re.MULTILINE)


def test_every_name_is_a_function_a_class_or_an_error() -> None:
    assert len(FUNCTIONS) >= 8 and len(CLASSES) >= 12
    assert all(issubclass(getattr(dc, n), dc.DupcheckError) for n in set(NAMES) - set(FUNCTIONS) - set(CLASSES))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_tells_what_it_takes_and_gives(name: str) -> None:
    function = inspect.unwrap(getattr(dc, name))
    parts = sections(function)
    assert told(parts.get("Args", "")) == list(inspect.signature(function).parameters)
    assert parts["Returns"].strip() and "Examples" in parts
    raised = told(parts.get("Raises", ""))
    assert all(issubclass(getattr(dc, error), dc.DupcheckError) for error in raised)
    assert raised or name == "list_packs"


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_tells_what_it_holds(name: str) -> None:
    held = getattr(dc, name)
    parts = sections(held)
    assert "Examples" in parts and len(parts[""]) > 20
    if dataclasses.is_dataclass(held):
        assert {f.name for f in dataclasses.fields(held)} <= set(told(parts["Attributes"]))
        assert all(hasattr(held, n) or n in held.__dataclass_fields__ for n in told(parts["Attributes"]))
    else:
        assert told(parts["Args"]) == list(inspect.signature(held).parameters)


@pytest.mark.parametrize("name", ["", *FUNCTIONS, *CLASSES, *ERRORS])
def test_an_example_does_what_it_shows(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    held = (ERRORS.get(name) or inspect.unwrap(getattr(dc, name))) if name else dc
    text = held.__doc__ if not name else inspect.getdoc(held)
    test = doctest.DocTestParser().get_doctest(str(text), {}, name or "dupcheck", None, 0)
    assert test.examples
    shown: list[str] = []
    result = doctest.DocTestRunner(optionflags=FLAGS).run(test, out=shown.append)
    assert result.failed == 0, "".join(shown)


UNITS = re.compile(
    r"seconds|in ``currency``|[Pp]ieces|[Tt]he number of|[Hh]ow many|so many|(?:0 … 1|0 to 1)|own unit|[Tt]he rows? |"
    r"[Tt]he positions? |how much of it is done, and of how much"
)
"""How a number is told: what it counts, or in what it is measured."""
PLAIN_NUMBERS = re.compile(r"\b(?:float|int)\b")


def list_numbers() -> list[tuple[str, str]]:
    """Every number that a public name takes, holds or gives, and what is said of it."""
    found = []
    for name in [*FUNCTIONS, *CLASSES]:
        held = inspect.unwrap(getattr(dc, name))
        methods = {} if inspect.isfunction(held) else {
            f"{name}.{key}": getattr(one, "fget", None) or getattr(one, "func", None) or getattr(one, "__func__", one)
            for key, one in vars(held).items() if not key.startswith("_")
        }  # fmt: skip
        own = (
            {**getattr(held, "__annotations__", {})}
            if inspect.isfunction(held) or dataclasses.is_dataclass(held)
            else {}
        )
        own = own or getattr(held.__init__, "__annotations__", {})
        lines = re.split(r"^    (?=\w+: )", inspect.getdoc(held) or "", flags=re.MULTILINE)
        texts = dict(line.split(": ", 1) for line in lines[1:])
        returned = sections(held).get("Returns", "")
        found += [
            (f"{name}.{key}", returned if key == "return" else texts.get(key, ""))
            for key, kind in own.items()
            if not key.startswith("_") and PLAIN_NUMBERS.search(str(kind))
        ]
        for method, function in methods.items():
            kinds = getattr(function, "__annotations__", {}) if inspect.isfunction(function) else {}
            found += [(f"{method}({key})", inspect.getdoc(function) or "") for key, kind in kinds.items()
                      if PLAIN_NUMBERS.search(str(kind))]  # fmt: skip
    return found


def test_numbers_are_found_wherever_they_are_public() -> None:
    names = {name for name, _ in list_numbers()}
    assert {"Listing.price", "audit.jobs", "evaluate.return", "Checker.claim(ttl)", "Claim.expires"} <= names


@pytest.mark.parametrize(("name", "text"), list_numbers())
def test_a_number_says_what_it_counts_or_is_measured_in(name: str, text: str) -> None:
    assert UNITS.search(text), f"{name}: {text}"


def test_the_version_is_that_of_the_package() -> None:
    assert dc.__version__ == importlib.metadata.version("dupcheck")
