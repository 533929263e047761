"""One's own images: what is read from a folder and from an .npz, and every way of being refused."""

import os
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from PIL import Image

from hyperviz.data import own_images
from hyperviz.errors import InvalidInput
from tests import ROOT

RNG = np.random.default_rng(0)
GREY, COLOUR = RNG.integers(0, 256, (5, 9, 9), np.uint8), RNG.integers(0, 256, (5, 9, 9, 3), np.uint8)
INK = np.where(RNG.random((5, 9, 9)) < 0.3, GREY, 0).astype(np.uint8)  # strokes: most of the image is none


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
        ({"a": GREY.astype(np.int32) - 300}, "go from 0 to 255, or to 65,535; got -300"),
        ({"a": GREY.astype(complex)}, "got complex128"),
        ({"a": np.array(["one"] * 4)}, "got <U3"),
        ({"a": GREY[0]}, r"got \(9, 9\)"),
        ({"a": np.zeros((2, 9, 9, 2))}, r"got \(2, 9, 9, 2\)"),
        ({"a": np.zeros((2, 9, 8))}, "square, 4 to 64 pixels wide; got 8 x 9"),
        ({"a": np.zeros((2, 3, 3))}, "got 3 x 3"),
        ({"a": np.zeros((2, 65, 65))}, "got 65 x 65"),
        ({"a": np.zeros((0, 9, 9))}, "1 to 10,000 images; own.npz holds 0"),
        ({"a": np.full((2, 9, 9), np.nan)}, "finite; 162 values"),
        ({"a": np.full((2, 9, 9), 1.5)}, "from 0 to 255; got 1.5 to 1.5"),
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
    with (tmp_path / "bomb.npy").open("wb") as sparse:
        np.lib.format.write_array_header_1_0(sparse, header)
        sparse.truncate(sparse.tell() + 2 * 100_000**2)
    for bomb in (path, tmp_path / "bomb.npy"):
        with pytest.raises(InvalidInput, match=r"got an array of shape \(2, 100000, 100000\)"):
            own_images.read(bomb)


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
    with pytest.raises(InvalidInput, match=r"^2\.png: The file is no PNG"):
        own_images.read(tmp_path)


USUAL = {
    "train and test": {"x_train": GREY, "y_train": np.zeros(5), "x_test": GREY[:2], "y_test": np.zeros(2)},
    "MedMNIST": {"train_images": GREY, "val_images": GREY[:1], "train_labels": np.zeros(5)},
    "int64": {"a": GREY.astype(np.int64)},
    "channel first": {"a": GREY[:, None]},
    "flat": {"a": GREY.reshape(5, -1)},
    "floats to 255": {"a": GREY.astype(np.float32)},
    "a rounding above 1": {"a": np.where(GREY.max() == GREY, np.float32(1.0000001), GREY / 255.0)},
    "-1 to 1": {"a": GREY / 127.5 - 1},
    "Fortran order": {"a": np.asfortranarray(GREY)},
}


@pytest.mark.parametrize("kind", USUAL)
def test_arrays_as_people_have_them_are_read(tmp_path, kind):
    wanted = np.where(GREY.max() == GREY, 255, GREY) if "rounding" in kind else GREY
    np.testing.assert_array_equal(own_images.load(archive(tmp_path, **USUAL[kind])).pixels, wanted)


def test_two_values_are_black_and_white_and_more_bits_have_a_white_of_their_own(tmp_path):
    binary = (GREY > 127).astype(np.uint8)
    for array in (binary, binary.astype(bool), binary.astype(np.float32)):
        np.testing.assert_array_equal(own_images.load(archive(tmp_path, a=array)).pixels, 255 * binary)
    found = own_images.load(archive(tmp_path, a=np.round(GREY * (4095 / 255)).astype(np.uint16)))
    assert found.said == "5 images of 9 × 9, grey, 12 bit, white is 4095."
    np.testing.assert_allclose(found.pixels.astype(int), GREY, atol=1)


def test_colours_first_and_transparent_colours_are_read(tmp_path):
    np.testing.assert_array_equal(own_images.load(archive(tmp_path, a=np.moveaxis(COLOUR, 3, 1))).pixels, COLOUR)
    strokes = np.concatenate([0 * COLOUR, INK[..., None]], axis=3)  # black on transparent: white shines through
    np.testing.assert_array_equal(own_images.load(archive(tmp_path, a=strokes)).pixels, 255 - INK)


def test_more_than_ten_thousand_are_the_first_ten_thousand(tmp_path):
    many = np.arange(10_050 * 16, dtype=np.uint32).reshape(-1, 4, 4) % 251
    for path in (archive(tmp_path, images=many), tmp_path / "own.npy"):
        np.save(tmp_path / "own.npy", many)
        found = own_images.load(path)
        np.testing.assert_array_equal(found.pixels, many[:10_000])
        assert "the first 10,000 of 10,050" in found.said


def test_strokes_on_a_transparent_ground_and_twelve_bits_in_a_folder_are_what_they_look_like(tmp_path):
    (strokes, bits) = (tmp_path / "strokes", tmp_path / "bits")
    for place in (strokes, bits):
        place.mkdir()
    for i, (ink, image) in enumerate(zip(INK, GREY, strict=True)):
        Image.fromarray(np.dstack([0 * ink] * 3 + [ink])).save(strokes / f"{i}.png")
        Image.fromarray(np.round(image * (4095 / 255)).astype(np.uint16)).save(bits / f"{i}.png")
    np.testing.assert_array_equal(own_images.load(strokes).pixels, 255 - INK)
    np.testing.assert_allclose(own_images.load(bits).pixels.astype(int), GREY, atol=1)
    assert "12 bit, white is 4095" in own_images.load(bits).said


def test_subfolders_are_classes_and_what_the_system_left_is_skipped(tmp_path, monkeypatch):
    for name, part in (("four", GREY[:2]), ("five", GREY[2:])):
        (tmp_path / "own" / name).mkdir(parents=True)
        folder(tmp_path / "own" / name, part)
    (tmp_path / "own" / "four" / "._0.png").write_bytes(bytes(90))
    monkeypatch.setenv("HOME", str(tmp_path))
    np.testing.assert_array_equal(own_images.load("~/own").pixels, np.concatenate([GREY[2:], GREY[:2]]))


@pytest.mark.parametrize(
    ("kind", "said"), [("a link", r"zz\.png .* a link to nothing"), ("a folder", r"zz\.png .* a folder")]
)
def test_an_entry_that_is_no_file_is_named(tmp_path, kind, said):
    folder(tmp_path, GREY)
    if kind == "a link":
        (tmp_path / "zz.png").symlink_to("/nowhere/gone.png")
    else:
        (tmp_path / "zz.png").mkdir()
    with pytest.raises(InvalidInput, match=said):
        own_images.load(tmp_path)


MEASURED = """
import resource, sys
from hyperviz.data import datasets
datasets.load("digits")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = datasets.load("own")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, len(found.train), found.train.nbytes)
"""


@pytest.mark.parametrize("kind", ["npy", "npz", "channels first", "a folder"])
def test_reading_takes_at_most_twice_the_memory_of_the_images(tmp_path, kind):
    images = RNG.integers(2, 256, (1500 if kind == "a folder" else 4000, 64, 64, 3), np.uint8)
    place = tmp_path / f"own.{'npy' if kind == 'npy' else 'npz'}"
    if kind == "npy":
        np.save(place, images)
    elif kind == "a folder":
        place = tmp_path
        for at, image in enumerate(images):
            Image.fromarray(image).save(tmp_path / f"{at}.bmp")
    else:
        np.savez(place, images=np.moveaxis(images, 3, 1) if kind == "channels first" else images)
    given = os.environ | {"HYPERVIZ_IMAGES": str(place)}
    done = subprocess.run([sys.executable, "-c", MEASURED], cwd=ROOT, env=given, capture_output=True, text=True)
    grown, train, _ = map(int, done.stdout.split())
    assert train == round(0.8 * len(images) * 0.9)
    assert 1024 * grown < 2.0 * images.nbytes + 8e6  # beside them what Pillow and Python load: some MB
