"""One's own images: what is read from a folder and from an .npz, and every way of being refused."""

import zipfile

import numpy as np
import pytest
from PIL import Image

from hyperviz.data import own_images
from hyperviz.errors import InvalidInput

RNG = np.random.default_rng(0)
GREY, COLOUR = RNG.integers(0, 256, (5, 9, 9), np.uint8), RNG.integers(0, 256, (5, 9, 9, 3), np.uint8)


def archive(path, **arrays):
    np.savez_compressed(path / "own.npz", **arrays)
    return path / "own.npz"


def folder(path, images, ending="png"):
    for i, image in enumerate(images):
        Image.fromarray(image).save(path / f"{i}.{ending}")
    (path / "notes.txt").write_text("no image, and none of its business")
    return path


@pytest.mark.parametrize("images", [GREY, COLOUR], ids=["grey", "colour"])
def test_bytes_and_floats_in_an_npz_and_files_in_a_folder_are_the_same_images(tmp_path, images):
    wanted = images / 255.0
    np.testing.assert_array_equal(own_images.read(archive(tmp_path, anything=images)), wanted)
    np.testing.assert_array_equal(own_images.read(archive(tmp_path, images=images, labels=np.arange(5))), wanted)
    np.testing.assert_allclose(own_images.read(archive(tmp_path, a=wanted.astype(np.float32))), wanted, atol=1e-7)
    np.testing.assert_array_equal(own_images.read(folder(tmp_path, images)), wanted)


def test_a_last_axis_of_one_is_grey_and_colours_that_are_all_grey_are_too(tmp_path):
    assert own_images.read(archive(tmp_path, a=GREY[..., None])).shape == (5, 9, 9)
    assert own_images.read(folder(tmp_path, np.repeat(GREY[..., None], 3, axis=-1))).shape == (5, 9, 9)


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"a": GREY.astype(np.int32)}, "uint8 .* or float .*; got int32"),
        ({"a": GREY.astype(complex)}, "got complex128"),
        ({"a": np.array(["one"] * 4)}, "got <U3"),
        ({"a": GREY[0]}, r"got \(9, 9\)"),
        ({"a": np.zeros((2, 9, 9, 2))}, r"got \(2, 9, 9, 2\)"),
        ({"a": np.zeros((2, 9, 8))}, "square, 4 to 64 pixels wide; got 8 x 9"),
        ({"a": np.zeros((2, 3, 3))}, "got 3 x 3"),
        ({"a": np.zeros((2, 65, 65))}, "got 65 x 65"),
        ({"a": np.zeros((0, 9, 9))}, "1 to 10,000 images; own.npz holds 0"),
        ({"a": np.zeros((10_001, 4, 4), np.uint8)}, "holds 10,001"),
        ({"a": np.full((2, 9, 9), np.nan)}, "finite; 162 values"),
        ({"a": np.full((2, 9, 9), 1.5)}, "between 0 and 1; got 1.5 to 1.5"),
        ({"a": GREY, "b": GREY}, "one called images"),
        ({"a": np.array([None, {}], dtype=object)}, "got object"),
    ],
)
def test_an_npz_that_holds_something_else_is_refused_in_one_sentence(tmp_path, arrays, said):
    with pytest.raises(InvalidInput, match=said):
        own_images.read(archive(tmp_path, **arrays))


def test_an_archive_that_would_unpack_to_gigabytes_is_refused_by_its_header(tmp_path, monkeypatch):
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb, bomb.open("a.npy", "w") as member:
        header = {"descr": "|u1", "fortran_order": False, "shape": (2, 100_000, 100_000)}
        np.lib.format.write_array_header_1_0(member, header)
        member.write(bytes(1000))
    with pytest.raises(InvalidInput, match="got 100000 x 100000"):
        own_images.read(path)


def test_a_damaged_archive_and_a_place_that_is_neither_are_refused(tmp_path):
    whole = archive(tmp_path, a=GREY).read_bytes()
    for data in (b"", b"text", whole[:50], whole[: len(whole) // 2]):
        (tmp_path / "bad.npz").write_bytes(data)
        with pytest.raises(InvalidInput, match=r"bad\.npz is not an \.npz"):
            own_images.read(tmp_path / "bad.npz")
    for path in (tmp_path / "none.npz", tmp_path / "bad.npy", "/dev/null"):
        with pytest.raises(InvalidInput, match="neither"):
            own_images.read(path)


def test_a_folder_with_a_fault_says_in_which_file(tmp_path):
    with pytest.raises(InvalidInput, match="holds 0"):
        own_images.read(tmp_path)
    folder(tmp_path, GREY)
    Image.fromarray(GREY[0][:, :5]).save(tmp_path / "2.png")
    with pytest.raises(InvalidInput, match=r"^2\.png: Images are square"):
        own_images.read(tmp_path)
    Image.new("L", (12, 12)).save(tmp_path / "2.png")
    with pytest.raises(InvalidInput, match=r"one size; 2\.png has 12 x 12, 0\.png 9 x 9"):
        own_images.read(tmp_path)
    (tmp_path / "2.png").write_bytes(b"text")
    with pytest.raises(InvalidInput, match=r"^2\.png: The file is neither"):
        own_images.read(tmp_path)
