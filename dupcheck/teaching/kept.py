"""What was learned from a seller's answers, kept as arrays beside the measured catalogue: a check, a server and ``why``
judge as the audit did that learned it.
"""

import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np

from dupcheck.features import Features
from dupcheck.files.arrays import Array, Codebook, StoredBook, load_arrays, save_arrays
from dupcheck.index.opening import place_lesson
from dupcheck.judging.background import Background, Texts
from dupcheck.judging.evidence import COLUMNS, Evidence
from dupcheck.judging.model import PairModel, bind, load_trees
from dupcheck.learned.answers import Answer, Answers, Replies
from dupcheck.learned.trees import Trees
from dupcheck.model import Catalog, IntArray
from dupcheck.teaching.lessons import Lesson, place_pairs

_FORMAT = 4


@dataclass(frozen=True)
class Taught:
    """What an audit learned and may judge by, for listings measured later."""

    trees: Trees
    background: Background
    ids: StoredBook
    answers: Answers
    sure: float
    lifted: tuple[str, ...] = ()
    doubted: tuple[tuple[str, str], ...] = ()
    one: float = 0.5
    weak: tuple[tuple[str, str], ...] = ()

    @classmethod
    def open(cls, folder: Path) -> Self | None:
        """Return what is kept in ``folder``, None where there is nothing that this version can use."""
        found = load_arrays(folder)
        if found is None or found[1].get("format") != _FORMAT or found[1].get("columns") != list(COLUMNS):
            return None
        arrays, facts = found
        return cls(
            Trees.from_arrays(_under("trees", arrays)), Background.from_arrays(_under("background", arrays)),
            StoredBook(arrays["ids.keys"], arrays["ids.codes"]), Answers(tuple(Answer(**a) for a in facts["answers"])),
            float(facts["sure"]), tuple(facts["lifted"]), tuple((a, b) for a, b in facts["doubted"]),
            float(facts["one"]), tuple((a, b) for a, b in facts["weak"]),
        )  # fmt: skip

    def judge(self, catalog: Catalog, features: Features, left: IntArray, right: IntArray) -> tuple[PairModel, Replies]:
        """Return what judges pairs of these listings, and what the answers say of them; ``left`` and ``right`` are the
        candidate pairs of those that the audit did not know.
        """
        places = np.array([self.ids.find(i) for i in catalog.ids.tolist()], dtype=np.int64)
        evidence = Evidence(catalog, features, self.background, places, left, right, Texts(catalog))
        pairs = place_pairs(catalog.positions, self.answers.imply(self.doubted))
        ends = np.array(list(pairs), dtype=np.int64).reshape(-1, 2)
        same = np.array([reply != "different" for reply in pairs.values()], dtype=bool)
        model = PairModel(self.trees, evidence, *bind(len(features), ends[:, 0], ends[:, 1], same))
        unsure = place_pairs(catalog.positions, dict.fromkeys(self.answers.find_unsure(self.doubted, self.weak), True))
        return model, Replies(self.answers.binding, self.answers, pairs, model.judge, self.sure, self.lifted, unsure)

    def teach(self, catalog: Catalog, features: Features, left: IntArray, right: IntArray) -> tuple[Features, Replies]:
        """Return features by which what was learned judges, and the replies."""
        model, replies = self.judge(catalog, features, left, right)
        return replace(features, learned=model), replies


@dataclass(frozen=True)
class Known:
    """What a catalogue says of its words and listings, kept for drafts that come later."""

    background: Background
    ids: StoredBook

    @classmethod
    def open(cls, folder: Path) -> Self | None:
        """Return what an audit kept beside the measured catalogue ``folder``; None where there is nothing."""
        found = load_arrays(folder.with_name(f"{folder.name}-known"))
        if found is None or found[1].get("format") != _FORMAT:
            return None
        arrays, _ = found
        return cls(
            Background.from_arrays(_under("background", arrays)), StoredBook(arrays["ids.keys"], arrays["ids.codes"])
        )

    def judge(self, catalog: Catalog, features: Features, left: IntArray, right: IntArray) -> PairModel:
        """Return what judges pairs of these listings before any answer; ``left`` and ``right`` are the candidate pairs
        of those that the audit did not know.
        """
        places = np.array([self.ids.find(i) for i in catalog.ids.tolist()], dtype=np.int64)
        evidence = Evidence(catalog, features, self.background, places, left, right, Texts(catalog))
        return PairModel(load_trees(), evidence, np.empty(0, dtype=np.int64), np.empty(0))


def keep_known(folder: Path, model: PairModel) -> None:
    """Keep what an audit's catalogue says of its words and listings beside the measured catalogue ``folder``."""
    evidence = model.evidence
    arrays = _pack(evidence.background, evidence.catalog)
    with suppress(OSError):  # a full disk costs checks a question, not this audit its result
        save_arrays(folder.with_name(f"{folder.name}-known"), arrays, {"format": _FORMAT})


def _pack(background: Background, catalog: Catalog) -> dict[str, Array]:
    book = Codebook()
    for listing_id in catalog.ids.tolist():
        book[listing_id]
    return {
        **{f"background.{name}": array for name, array in background.as_arrays().items()},
        **{f"ids.{name}": array for name, array in book.pack().items()},
    }  # fmt: skip


def open_taught(folder: Path | None) -> Taught | None:
    """Return what was learned beside the measured catalogue ``folder``; None where nothing was."""
    return None if folder is None else Taught.open(place_lesson(folder))


def keep_lesson(folder: Path, catalog: Catalog, lesson: Lesson) -> None:
    """Keep what was learned beside the measured catalogue ``folder``; where the limits judge forget what was kept."""
    place = place_lesson(folder)
    if lesson.model is None or lesson.way == "limits":
        shutil.rmtree(place, ignore_errors=True)
        return
    arrays: dict[str, Array] = {
        **{f"trees.{name}": array for name, array in lesson.model.trees.as_arrays().items()},
        **_pack(lesson.model.evidence.background, catalog),
    }
    facts = {
        "format": _FORMAT, "columns": list(COLUMNS), "answers": [asdict(a) for a in lesson.answers.all],
        "sure": json.loads(json.dumps(lesson.sure)), "lifted": list(lesson.lifted),
        "doubted": [list(pair) for pair in lesson.doubted], "one": lesson.one,
        "weak": [list(pair) for pair in lesson.weak],
    }  # fmt: skip
    with suppress(OSError):  # a full disk costs checks what was learned, not this audit its result
        save_arrays(place, arrays, facts)


def _under(name: str, arrays: Mapping[str, Array]) -> dict[str, Array]:
    return {key.removeprefix(f"{name}."): arrays[key] for key in arrays if key.startswith(f"{name}.")}
