"""The sample that comes with dupcheck, and the cache: where, how large, cleared without touching what is not ours."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dupcheck as dc
from dupcheck.files.toml import read_toml

Run = Callable[..., Any]


class TestSample:
    def test_it_can_be_audited_where_it_was_written(self, tmp_path: Path, run: Run) -> None:
        told = run("sample", tmp_path / "shop")
        assert told.code == 0 and str(tmp_path / "shop" / "catalog.csv") in told.out
        read = dc.read_catalog(tmp_path / "shop" / "catalog.csv")
        assert len(read) > 60
        photos = {p.name for p in (tmp_path / "shop" / "photos").iterdir()}
        assert {Path(name).name for name in read.column("main_image") if name} <= photos
        assert not list((tmp_path / "shop").rglob("*.py"))

    def test_a_folder_that_is_empty_will_do(self, tmp_path: Path, run: Run) -> None:
        assert run("sample", tmp_path).code == 0

    @pytest.mark.parametrize("lang", ["en", "zh"])
    def test_nothing_is_overwritten(self, tmp_path: Path, run: Run, lang: str) -> None:
        (tmp_path / "catalog.csv").write_text("mine", "utf-8")
        told = run("sample", tmp_path, "--lang", lang)
        assert told.code == 2 and str(tmp_path) in told.err
        assert [p.name for p in tmp_path.iterdir()] == ["catalog.csv"]
        assert (tmp_path / "catalog.csv").read_text("utf-8") == "mine"

    def test_a_file_is_no_folder(self, tmp_path: Path, run: Run) -> None:
        (tmp_path / "file").touch()
        assert run("sample", tmp_path / "file").code == 2
        assert run("sample", tmp_path / "file" / "below").code == 2


class TestCache:
    @pytest.fixture
    def used(self, tmp_path: Path, sample_folder: Path, run: Run) -> Path:
        folder = tmp_path / "cache"
        catalog = sample_folder / "catalog.csv"
        assert run("audit", catalog, "--cache", folder, "--out", tmp_path / "report", "--no-ledger").code == 0
        (folder / "my-notes.txt").write_text("mine", "utf-8")
        (folder / "catalogs.bak").mkdir()
        return folder

    def test_it_says_where_and_how_large(self, used: Path, run: Run) -> None:
        told = run("cache", "show", "--cache", used).out.splitlines()
        size = sum(p.stat().st_size for p in used.rglob("*") if p.is_file() and p.name != "my-notes.txt")
        assert told[0] == f"The cache is in {used}: {size / 1e6:.1f} MB."
        assert {line.split()[-1] for line in told[1:]} - {"languages"} == {
            "catalogs",
            "photos.sqlite",
            "thumbnails.sqlite",
        }

    def test_only_what_is_ours_is_cleared(self, used: Path, run: Run) -> None:
        assert run("cache", "clear", "--cache", used).code == 0
        assert sorted(p.name for p in used.iterdir()) == ["catalogs.bak", "my-notes.txt"]
        assert run("cache", "clear", "--cache", used).out == f"Cleared: 0.0 MB in {used}.\n"

    def test_a_link_is_cut_and_not_followed(self, tmp_path: Path, run: Run) -> None:
        (tmp_path / "precious").mkdir()
        (tmp_path / "precious" / "file").touch()
        (tmp_path / "cache").mkdir()
        (tmp_path / "cache" / "catalogs").symlink_to(tmp_path / "precious")
        assert run("cache", "clear", "--cache", tmp_path / "cache").code == 0
        assert (tmp_path / "precious" / "file").exists() and not (tmp_path / "cache" / "catalogs").exists()

    def test_where_there_is_none(self, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DUPCHECK_CACHE", str(tmp_path / "none"))
        assert run("cache").out == f"The cache is in {tmp_path / 'none'}: 0.0 MB.\n"
        assert run("cache", "clear").code == 0
        assert not (tmp_path / "none").exists()


class TestKeptWords:
    @pytest.fixture
    def file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setenv("DUPCHECK_CACHE", str(tmp_path / "cache"))
        path = tmp_path / "words.toml"
        path.write_text('[red]\nen = ["red"]\nzh = ["红"]\nn = 1.5\n', "utf-8")
        return path

    def kept(self, file: Path) -> Path:
        (found,) = (file.parent / "cache" / "words").iterdir()
        return found

    def test_what_is_kept_is_what_the_file_holds(self, file: Path) -> None:
        wanted = {"red": {"en": ["red"], "zh": ["红"], "n": 1.5}}
        assert read_toml(file) == wanted
        assert self.kept(file).is_file()
        assert read_toml(file) == wanted

    def test_a_changed_file_is_read_anew(self, file: Path) -> None:
        read_toml(file)
        file.write_text("[blue]\n", "utf-8")
        assert read_toml(file) == {"blue": {}}
        old = file.stat()
        file.write_text("[cyan]\n", "utf-8")
        os.utime(file, ns=(old.st_atime_ns, old.st_mtime_ns + 1))
        assert read_toml(file) == {"cyan": {}}

    @pytest.mark.parametrize(
        "spoiled", [b"", b"{", b"[]", b"null", b'{"of": 1}', b"\xff\xfe", b'{"of": 1, "holds": 3}']
    )
    def test_what_is_spoiled_is_read_anew(self, file: Path, spoiled: bytes) -> None:
        wanted = read_toml(file)
        self.kept(file).write_bytes(spoiled)
        assert read_toml(file) == wanted
        assert read_toml(file) == wanted

    def test_where_nothing_can_be_kept_it_is_read_all_the_same(
        self, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (file.parent / "taken").touch()
        monkeypatch.setenv("DUPCHECK_CACHE", str(file.parent / "taken"))
        assert set(read_toml(file)) == {"red"}
