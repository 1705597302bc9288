"""Columns that may lie on disk: texts, numbered texts, sparse rows, components, a folder of arrays."""

import os
import shutil
import signal
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse

import dupcheck
from dupcheck.files.arrays import (
    Codebook,
    Rows,
    StoredBook,
    Texts,
    connect,
    group_rows,
    is_among,
    join_rows,
    load_arrays,
    save_arrays,
)

texts = st.lists(st.text(max_size=12), max_size=12)
cells = st.lists(st.dictionaries(st.integers(0, 7), st.floats(0.25, 9, width=32), max_size=5), min_size=1, max_size=12)


def make_rows(cells: list[dict[int, float]]) -> Rows:
    return Rows.stack([(list(c), list(c.values())) for c in cells], 8)


def dense(rows: Rows) -> np.ndarray:
    table = np.zeros((len(rows), rows.width))
    table[rows.owners, rows.items] = rows.weights
    return table


@settings(deadline=None)
@given(texts)
def test_texts_come_back_as_they_were(given: list[str]) -> None:
    packed = Texts.pack(given)
    assert list(packed) == given == packed[:] == [packed[i] for i in range(len(packed))]
    order = np.arange(len(given))[::-1]
    assert packed.take(order).tolist() == given[::-1]
    with pytest.raises(IndexError):
        packed[len(given)]


def test_a_text_that_is_no_valid_unicode_comes_back_too() -> None:
    assert Texts.pack(["a", "\ud83d", ""])[1] == "\ud83d"


@settings(deadline=None)
@given(texts, texts)
def test_a_codebook_goes_on_where_the_stored_one_ends(first: list[str], second: list[str]) -> None:
    whole = Codebook()
    for text in [*first, *second]:
        whole[text]
    start = Codebook()
    for text in first:
        start[text]
    later = Codebook(StoredBook(**start.pack()))
    for text in second:
        later[text]
    assert {t: later[t] for t in (*first, *second)} == dict(whole)
    again = StoredBook(**later.pack())
    assert {t: again.find(t) for t in whole} == dict(whole)
    assert again.find("never seen before") == later.find("never seen before") == -1
    assert later.width == whole.width


@settings(deadline=None)
@given(cells, st.data())
def test_rows_are_what_a_table_says(given: list[dict[int, float]], data: st.DataObject) -> None:
    rows, positions = make_rows(given), st.lists(st.integers(0, len(given) - 1), max_size=9)
    table = dense(rows)
    left = np.array(data.draw(positions), dtype=np.int64)
    right = np.array([data.draw(st.integers(0, len(given) - 1)) for _ in left], dtype=np.int64)
    assert np.allclose(rows.dot(left, right), (table[left] * table[right]).sum(axis=1))
    assert np.array_equal(dense(rows.take(left)), table[left])
    assert np.allclose(rows.sum_squares(), (table**2).sum(axis=1))
    assert np.array_equal(rows.count_columns(), (table != 0).sum(axis=0))
    kept = np.array([data.draw(st.booleans()) for _ in range(8)])
    assert np.array_equal(dense(rows.keep_columns(kept)), table * kept)
    assert np.array_equal(dense(join_rows(rows, rows.take(left))), np.concatenate([table, table[left]]))
    columns = rows.list_columns()
    held = [columns.items[columns.start[c] : columns.start[c + 1]].tolist() for c in range(8)]
    assert held == [np.flatnonzero(table[:, c]).tolist() for c in range(8)]


@settings(deadline=None)
@given(cells)
def test_a_few_pairs_and_many_come_out_alike_to_the_bit(given: list[dict[int, float]]) -> None:
    rows = make_rows(given)
    left, right = (a.ravel() for a in np.indices((len(given), len(given))))
    assert np.array_equal(rows._dot_few(left, right), rows._dot_many(left, right))


@settings(deadline=None)
@given(cells)
def test_rows_with_the_same_columns_are_one_group(given: list[dict[int, float]]) -> None:
    members = group_rows(make_rows(given))
    groups = [members.items[a:b].tolist() for a, b in zip(members.start, members.start[1:], strict=False)]
    by_columns: dict[frozenset[int], list[int]] = {}
    for i, row in enumerate(given):
        if row:
            by_columns.setdefault(frozenset(row), []).append(i)
    assert sorted(groups) == sorted(by_columns.values())


@settings(deadline=None)
@given(st.integers(1, 30), st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=40))
def test_connected_components_are_those_that_scipy_finds(n: int, pairs: list[tuple[int, int]]) -> None:
    edges = np.array([p for p in pairs if max(p) < n], dtype=np.int64).reshape(-1, 2)
    label = connect(n, edges[:, 0], edges[:, 1])
    graph = sparse.coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(n, n))
    _, wanted = sparse.csgraph.connected_components(graph, directed=False)
    assert np.array_equal(label[:, None] == label[None, :], wanted[:, None] == wanted[None, :])
    assert all(label[i] == np.flatnonzero(wanted == wanted[i])[0] for i in range(n))


@given(st.lists(st.integers(-9, 9)), st.lists(st.integers(-9, 9)))
def test_numbers_are_found_among_others_as_numpy_finds_them(numbers: list[int], wanted: list[int]) -> None:
    some = np.array(numbers, dtype=np.int64)
    for others in (wanted, np.array(wanted, dtype=np.int64)):
        assert is_among(some, others).tolist() == np.isin(some, wanted).tolist()


class TestFolder:
    def test_arrays_and_facts_come_back(self, tmp_path: Path) -> None:
        save_arrays(tmp_path / "a", {"x": np.arange(5), "y.z": np.zeros((0, 2))}, {"format": 1, "名": "值"})
        found = load_arrays(tmp_path / "a")
        assert found is not None and found[1] == {"format": 1, "名": "值"}
        arrays = found[0]
        assert sorted(arrays) == ["x", "y.z"] and arrays["x"].tolist() == [0, 1, 2, 3, 4]
        assert arrays["y.z"].shape == (0, 2)
        with pytest.raises(ValueError, match="read-only"):
            arrays["x"][0] = 9

    def test_arrays_of_any_type_and_shape_come_back(self, tmp_path: Path) -> None:
        fields = np.dtype([("key", "<u8"), ("views", "<u8", (26,)), ("light", "u1", (4, 4)), ("blank", "?")])
        given = {
            "bool": np.array([True, False, True]), "byte": np.arange(7, dtype=np.uint8), "wide": np.eye(3)[:, ::2],
            "half": np.full((2, 3), 0.5, dtype=np.float16), "void": np.array([b"ab", b"cd"], dtype="V16"),
            "fields": np.zeros(3, dtype=fields), "none": np.zeros(0, dtype=fields), "one": np.array(7),
        }  # fmt: skip
        given["fields"]["light"][1] = 5
        save_arrays(tmp_path, given, {})
        found = load_arrays(tmp_path)
        assert found is not None
        for name, array in given.items():
            assert found[0][name].dtype == array.dtype
            assert found[0][name].shape == np.atleast_1d(array).shape
            assert found[0][name].tobytes() == array.tobytes()
        save_arrays(tmp_path, {}, {"n": 3})
        assert load_arrays(tmp_path) == ({}, {"n": 3})

    def test_what_is_no_number_is_not_kept(self, tmp_path: Path) -> None:
        with pytest.raises(TypeError):
            save_arrays(tmp_path, {"x": np.array(["text", None], dtype=object)}, {})
        assert load_arrays(tmp_path) is None and not list(tmp_path.iterdir())

    def test_who_reads_goes_on_while_it_is_replaced(self, tmp_path: Path) -> None:
        save_arrays(tmp_path, {"x": np.arange(5)}, {"n": 1})
        found = load_arrays(tmp_path)
        assert found is not None
        save_arrays(tmp_path, {"x": np.arange(9)}, {"n": 2})
        assert found[0]["x"].tolist() == [0, 1, 2, 3, 4]
        again = load_arrays(tmp_path)
        assert again is not None and again[1] == {"n": 2} and len(again[0]["x"]) == 9
        shutil.rmtree(tmp_path, ignore_errors=True)
        assert found[0]["x"].tolist() == [0, 1, 2, 3, 4] and len(again[0]["x"]) == 9

    @pytest.mark.parametrize("note", ["", "../elsewhere", "part-nothing", "\x00"])
    def test_a_spoiled_folder_holds_nothing(self, tmp_path: Path, note: str) -> None:
        assert load_arrays(tmp_path) is None
        (tmp_path / "current").write_text(note)
        assert load_arrays(tmp_path) is None

    def test_a_file_cut_short_spoils_it_all(self, tmp_path: Path) -> None:
        save_arrays(tmp_path, {"x": np.arange(500)}, {"n": 1})
        (kept,) = tmp_path.glob("part-*/arrays.bin")
        for size in (0, 300, kept.stat().st_size - 1):
            os.truncate(kept, size)
            assert load_arrays(tmp_path) is None
        save_arrays(tmp_path, {"x": np.arange(500)}, {"n": 2})
        assert load_arrays(tmp_path) is not None
        for text in ("", "[]", "{", '{"sum": 1, "facts": {}}', '{"arrays": {}, "facts": []}'):
            for place in tmp_path.glob("part-*"):
                (place / "facts.json").write_text(text)
            assert load_arrays(tmp_path) is None

    @settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.data())
    def test_whatever_is_changed_in_the_arrays_spoils_it_all(self, tmp_path: Path, data: st.DataObject) -> None:
        place = tmp_path / str(len(list(tmp_path.iterdir())))
        save_arrays(place, {"x": np.arange(200_000) % 777, "y": np.full(9, -1.5)}, {"n": 1})
        assert load_arrays(place) is not None
        (kept,) = place.glob("part-*/arrays.bin")
        whole = bytearray(kept.read_bytes())
        first = data.draw(st.integers(0, len(whole) - 8)) // 8 * 8
        other = data.draw(st.integers(0, len(whole) - 8)) // 8 * 8
        spoiled = bytearray(whole)
        match data.draw(st.sampled_from(["bit", "two bits", "page", "swapped", "moved", "longer"])):
            case "bit":
                spoiled[first] ^= 1 << data.draw(st.integers(0, 7))
            case "two bits":  # of one weight in two numbers: what one sum loses the other may win
                spoiled[first + 7] ^= 128
                spoiled[other + 7] ^= 128
            case "page":
                spoiled[first // 4096 * 4096 : first // 4096 * 4096 + 4096] = bytes(4096)
            case "swapped":
                spoiled[first : first + 8], spoiled[other : other + 8] = (
                    whole[other : other + 8],
                    whole[first : first + 8],
                )
            case "moved":
                spoiled = bytearray(whole[first:] + whole[:first])
            case "longer":
                spoiled += bytes(8)
        kept.write_bytes(spoiled)
        assert (load_arrays(place) is None) == (spoiled != whole)

    def test_what_an_earlier_version_kept_is_made_anew_and_not_called_spoiled(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told: list[str] = []
        monkeypatch.setattr("dupcheck.files.arrays.tell_doubt", lambda text: told.append(text.key))
        (tmp_path / "part-1").mkdir()
        facts = b'{"facts": {"n": 1}, "sums": {"x.npy": "168:00000000"}}'
        (tmp_path / "part-1" / "facts.json").write_bytes(facts)
        (tmp_path / "current").write_text(f"part-1 {len(facts)}:{zlib.crc32(facts):08x}")
        assert load_arrays(tmp_path) is None and not told
        (tmp_path / "part-1" / "facts.json").write_bytes(facts.replace(b"1", b"2"))
        assert load_arrays(tmp_path) is None and told == ["files.spoiled"]

    def test_what_a_killed_process_left_is_never_taken_for_whole(self, tmp_path: Path) -> None:
        code = (
            "import sys, numpy as np\nfrom pathlib import Path\nfrom dupcheck.files.arrays import save_arrays\n"
            "for n in range(100000):\n"
            "    save_arrays(Path(sys.argv[1]), {str(k): np.full(1000, n) for k in range(9)}, {'n': n})\n"
        )
        env = {**os.environ, "PYTHONPATH": str(Path(dupcheck.__file__).parents[1])}
        for pause in (0.0, 0.05, 0.11):
            process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], env=env)
            while not (tmp_path / "current").exists() and process.poll() is None:
                time.sleep(0.01)
            time.sleep(pause)
            process.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
            process.wait()
            found = load_arrays(tmp_path)
            assert found is not None
            arrays = found[0]
            assert sorted(arrays) == [str(k) for k in range(9)]
            assert all((arrays[name] == found[1]["n"]).all() for name in arrays)
