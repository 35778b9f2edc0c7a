"""Downloads are read without trusting names, sizes or kinds of files in them."""

import tracemalloc
import zipfile

import pytest

from autograder.grading import archives
from autograder.grading.archives import BadArchive, opened
from downloads import zip_bytes, zipped


def read(source):
    """The files of a download: their bytes, or why they are not read."""
    with opened(source) as members:
        return {one.name: one.problem or one.read() for one in members}


def test_a_zip_and_its_folder_hold_the_same_files_without_litter(tmp_path):
    files = {"a/x.ipynb": b"1", "b.txt": b"2", "__MACOSX/a/._x.ipynb": b"", "a/.DS_Store": b"",
             "a/.ipynb_checkpoints/x.ipynb": b"0"}
    source = zipped(tmp_path / "d.zip", files)
    with zipfile.ZipFile(source) as archive:
        archive.extractall(tmp_path / "d")
    assert read(source) == read(tmp_path / "d") == {"a/x.ipynb": b"1", "b.txt": b"2"}


@pytest.mark.parametrize("name", ["../x.ipynb", "/etc/x.ipynb", "a/../../x", "..\\x", "C:/x"])
def test_a_path_that_leads_out_is_refused(tmp_path, name):
    assert list(read(zipped(tmp_path / "d.zip", {name: b"1"})).values()) == [
        "its path leads out of the archive"]


def test_links_are_refused(tmp_path):
    link = zipfile.ZipInfo("x.ipynb")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    assert "link" in read(zipped(tmp_path / "d.zip", {link: b"/etc/passwd"}))["x.ipynb"]
    folder = tmp_path / "d"
    folder.mkdir()
    (folder / "x.ipynb").symlink_to("/etc/passwd")
    assert "link" in read(folder)["x.ipynb"]


def test_a_link_to_a_folder_is_not_followed(tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "x.ipynb").write_text("1")
    folder = tmp_path / "d"
    folder.mkdir()
    (folder / "inner").symlink_to(tmp_path / "secret")
    assert list(read(folder)) == ["inner"] and "link" in read(folder)["inner"]


def test_a_name_that_cannot_be_shown_is_refused(tmp_path):
    source = zipped(tmp_path / "d.zip", {"a\x1b[2J.ipynb": b"1"})
    assert list(read(source).values()) == ["its name has characters that cannot be shown"]


def test_a_large_file_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "SIZE_LIMIT", 1000)
    source = zipped(tmp_path / "d.zip", {"x.ipynb": bytes(1001), "y.ipynb": bytes(1000)})
    assert "has 1001 bytes; at most 1000" in read(source)["x.ipynb"]
    assert read(source)["y.ipynb"] == bytes(1000)


def test_no_more_is_unpacked_than_the_header_says(tmp_path):
    source = zipped(tmp_path / "d.zip", {"x.ipynb": bytes(50_000_000)})
    data = bytearray(source.read_bytes())
    for place, offset in ((data.find(b"PK\x03\x04"), 22), (data.find(b"PK\x01\x02"), 24)):
        data[place + offset:place + offset + 4] = (100).to_bytes(4, "little")
    source.write_bytes(data)
    tracemalloc.start()
    with opened(source) as [member], pytest.raises(BadArchive, match="cannot be read: Bad CRC"):
        member.read()
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def test_a_damaged_file_is_said_when_it_is_read(tmp_path):
    source = zipped(tmp_path / "d.zip", {"x.ipynb": b"1234" * 100, "y.ipynb": b"2"})
    data = bytearray(source.read_bytes())
    data[40:44] = b"\xff\xff\xff\xff"
    source.write_bytes(data)
    with opened(source) as members:
        with pytest.raises(BadArchive, match="cannot be read"):
            members[0].read()
        assert members[1].read() == b"2"


def test_zips_of_students_are_looked_into_once(tmp_path):
    deeper = zip_bytes({"z.ipynb": b"3"})
    inner = zip_bytes({"w/y.ipynb": b"2", "more.zip": deeper, "../x.ipynb": b"1"})
    found = read(zipped(tmp_path / "d.zip", {"ada.zip": inner}))
    assert found == {"ada.zip/w/y.ipynb": b"2", "ada.zip/more.zip": deeper,
                     "ada.zip/../x.ipynb": "its path leads out of the archive"}


def test_a_zip_bomb_in_the_download_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "NESTED_LIMIT", 10_000)
    bomb = zip_bytes({f"{number}.ipynb": bytes(2000) for number in range(6)})
    found = read(zipped(tmp_path / "d.zip", {"bomb.zip": bomb, "x.ipynb": b"1"}))
    assert found == {"bomb.zip": "it unpacks to more than 10000 bytes", "x.ipynb": b"1"}


def test_what_is_no_zip_is_said(tmp_path):
    (tmp_path / "x.zip").write_bytes(b"no")
    with pytest.raises(BadArchive, match="neither a folder nor a zip"), \
            opened(tmp_path / "x.zip"):
        pass
    found = read(zipped(tmp_path / "d.zip", {"x.zip": b"no"}))
    assert "not a zip" in found["x.zip"]


def test_too_many_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "FILE_LIMIT", 2)
    with pytest.raises(BadArchive, match="has 3 files; at most 2"), \
            opened(zipped(tmp_path / "d.zip", dict.fromkeys("abc", b""))):
        pass
