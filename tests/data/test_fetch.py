"""Full MNIST and CIFAR-10 on request, against a loopback mirror with small files of the same format."""

import gzip
import io
import os
import pickle
import struct
import tarfile

import numpy as np
import pooch.core
import pytest

from hyperviz.data import cifar10, datasets, digits, fetch, mnist
from hyperviz.data.fetch import Source
from hyperviz.errors import DataMissing, InvalidInput
from tests.data.server import md5, mirror

RNG = np.random.default_rng(0)


def idx(array: np.ndarray) -> bytes:
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return gzip.compress(header + array.tobytes(), mtime=0)


def batch(rows: int) -> tuple[np.ndarray, list[int], bytes]:
    """Pickled with the module names of the time when CIFAR-10 was written."""
    data, labels = RNG.integers(0, 256, (rows, 3072), np.uint8), RNG.integers(0, 10, rows).tolist()
    content = pickle.dumps({b"data": data, b"labels": labels}, protocol=2 + 1)
    return data, labels, content.replace(b"numpy._core.multiarray", b"numpy.core.multiarray")


def tar(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


DIGITS = {
    name: RNG.integers(0, 10 if "labels" in name else 256, shape, np.uint8)
    for name, shape in (("train", (30, 28, 28)), ("train-labels", 30), ("t10k", (12, 28, 28)), ("t10k-labels", 12))
}
PLANES = {name: batch(4) for name in (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch")}
FILES = {
    "train-images-idx3-ubyte.gz": idx(DIGITS["train"]),
    "train-labels-idx1-ubyte.gz": idx(DIGITS["train-labels"]),
    "t10k-images-idx3-ubyte.gz": idx(DIGITS["t10k"]),
    "t10k-labels-idx1-ubyte.gz": idx(DIGITS["t10k-labels"]),
    cifar10.ARCHIVE: tar({name: content for name, (*_, content) in PLANES.items()}),
}
ONE = "t10k-labels-idx1-ubyte.gz"


CACHES = (mnist.train, mnist.test, cifar10.train, cifar10.test, datasets._published, datasets._own)


@pytest.fixture(scope="module")
def served():
    with mirror(FILES) as (address, asked):
        yield address, asked


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch, served):
    """An empty cache, no waiting between tries, nothing kept from another test."""
    served[1].clear()
    monkeypatch.setenv(fetch.FOLDER, str(tmp_path))
    monkeypatch.setattr(pooch.core.time, "sleep", lambda seconds: None)
    for cached in CACHES:
        cached.cache_clear()
    return tmp_path


def source(served, fault, of=mnist.SOURCE):
    return of._replace(mirror=f"{served[0]}/{fault}", files={name: md5(FILES[name]) for name in of.files})


def test_the_published_checksums_are_those_of_the_tables():
    assert list(mnist.SOURCE.files.values()) == [
        "md5:f68b3c2dcbeaaa9fbdd348bbdeb94873",
        "md5:d53e105ee54ea40749a09fcbcd1e9432",
        "md5:9fb629c4189551a2d022fa330f9573f3",
        "md5:ec29112dd5afa0611ce80d1b7f02629c",
    ]
    assert cifar10.SOURCE.files == {"cifar-10-python.tar.gz": "md5:c58f30108f718f92721af3b95e74349a"}


def test_mnist_is_read_as_it_was_written_and_fetched_once(served):
    mine = source(served, "good")
    data = mnist.read(mine, "train")
    np.testing.assert_array_equal(data.images, DIGITS["train"])
    np.testing.assert_array_equal(data.labels, DIGITS["train-labels"])
    np.testing.assert_array_equal(mnist.read(mine, "t10k").images, DIGITS["t10k"])
    np.testing.assert_array_equal(mnist.read(mine, "train").labels, data.labels)
    assert len(served[1]) == 4
    with pytest.raises(ValueError, match="read-only"):
        data.images[0] = 0


def test_cifar_is_read_as_it_was_written_red_plane_first(served):
    data = cifar10.read(source(served, "good", cifar10.SOURCE), ["data_batch_1", "data_batch_2"])
    rows = np.concatenate([PLANES[f"data_batch_{i}"][0] for i in (1, 2)])
    assert data.images.shape == (8, 32, 32, 3)
    np.testing.assert_array_equal(data.images[..., 0].reshape(8, -1), rows[:, :1024])
    np.testing.assert_array_equal(data.images[..., 2].reshape(8, -1), rows[:, 2048:])
    assert data.labels.tolist() == PLANES["data_batch_1"][1] + PLANES["data_batch_2"][1]


def test_a_file_that_is_already_here_needs_no_network(served):
    fetch.fetch(source(served, "good"), ONE)
    served[1].clear()
    gone = source(served, "gone")
    assert fetch.fetch(gone, ONE).read_bytes() == FILES[ONE]
    assert served[1] == []
    assert not fetch.present(gone)  # the three others are not here
    for name in gone.files:
        (fetch.folder(gone) / name).write_bytes(FILES[name])
    assert fetch.present(gone)
    np.testing.assert_array_equal(mnist.read(gone, "train").images, DIGITS["train"])
    assert served[1] == []


def test_a_bad_file_that_is_here_is_replaced_or_refused_but_never_read(served):
    good, gone = source(served, "good"), source(served, "gone")
    fetch.folder(good).mkdir(parents=True)
    (fetch.folder(good) / ONE).write_bytes(FILES[ONE][:-9])
    with pytest.raises(DataMissing, match="HTTP 404"):
        fetch.fetch(gone, ONE)
    assert fetch.fetch(good, ONE).read_bytes() == FILES[ONE]


def test_a_download_that_breaks_off_once_is_tried_again(served):
    assert fetch.fetch(source(served, "flaky"), ONE).read_bytes() == FILES[ONE]
    assert served[1] == ["flaky", "flaky"]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("truncated", "the download breaks off"),
        ("short", "wrong checksum"),
        ("wrong", "wrong checksum"),
        ("gone", "HTTP 404"),
    ],
)
def test_a_faulty_mirror_is_tried_again_then_one_sentence_and_leaves_nothing(served, fault, reason):
    mine = source(served, fault)
    with pytest.raises(DataMissing) as raised:
        fetch.fetch(mine, ONE)
    said = str(raised.value)
    assert served[1] == [fault] * (1 + fetch.RETRIES)
    assert f"({reason})" in said
    assert mine.variable in said
    assert str(fetch.folder(mine)) in said
    assert "\n" not in said
    assert list(fetch.folder(mine).iterdir()) == []


def test_a_hanging_server_is_given_up(served, monkeypatch):
    monkeypatch.setattr(fetch, "TIMEOUT", 0.2)
    with pytest.raises(DataMissing, match="the server hangs"):
        fetch.fetch(source(served, "hanging"), ONE)
    assert served[1] == ["hanging"] * (1 + fetch.RETRIES)


def test_no_network_at_all_is_one_sentence(served):
    nobody = source(served, "good")._replace(mirror="http://127.0.0.1:9/")
    with pytest.raises(DataMissing, match="no connection"):
        fetch.fetch(nobody, ONE)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_cache_that_cannot_be_written_to_is_one_sentence(served, here):
    here.chmod(0o500)
    with pytest.raises(DataMissing):
        fetch.fetch(source(served, "good"), ONE)
    here.chmod(0o700)


def test_the_environment_names_another_mirror(served, monkeypatch):
    mine = source(served, "gone")
    monkeypatch.setenv(mine.variable, f"{served[0]}/good/")
    assert fetch.fetch(mine, ONE).read_bytes() == FILES[ONE]


@pytest.mark.parametrize(
    "content", [b"", b"\0\0\x08", b"\0\0\x08\x01", b"\0\0\x0d\x01\0\0\0\0", b"\0\0\x08\x01\0\0\0\x05ab"]
)
def test_what_is_no_idx_file_is_one_sentence(content):
    with pytest.raises(DataMissing, match="must be an idx file"):
        mnist.idx(content, "labels")


class Evil:
    """Pickles to a call of os.system."""

    def __reduce__(self):
        return os.system, ("exit 1",)


@pytest.mark.parametrize("content", [pickle.dumps({b"data": Evil()}), pickle.dumps(RNG), b"no pickle", b""])
def test_a_batch_that_names_more_than_an_array_is_refused(served, here, content):
    archive = tar({"data_batch_1": content})
    mine = Source("cifar10", f"{served[0]}/gone", "NOWHERE", {cifar10.ARCHIVE: md5(archive)}, 1)
    fetch.folder(mine).mkdir(parents=True)
    (fetch.folder(mine) / cifar10.ARCHIVE).write_bytes(archive)
    with pytest.raises(DataMissing, match="must be CIFAR-10's Python archive"):
        cifar10.read(mine, ["data_batch_1"])


@pytest.mark.parametrize("archive", [b"no archive", tar({"readme": b"nothing else"})])
def test_another_archive_is_refused(served, archive):
    mine = Source("cifar10", f"{served[0]}/gone", "NOWHERE", {cifar10.ARCHIVE: md5(archive)}, 1)
    fetch.folder(mine).mkdir(parents=True)
    (fetch.folder(mine) / cifar10.ARCHIVE).write_bytes(archive)
    with pytest.raises(DataMissing, match="must be CIFAR-10's Python archive"):
        cifar10.read(mine, ["data_batch_1"])


def test_the_built_in_digits_need_nothing_and_the_rest_is_said_to_be_missing(served, monkeypatch):
    monkeypatch.setattr(mnist, "fetch", None)
    data = datasets.load("digits")
    assert (data.train.shape, data.validation.shape, data.test.shape) == (
        (4000, 28, 28, 1),
        (500, 28, 28, 1),
        (500, 28, 28, 1),
    )
    np.testing.assert_array_equal(data.unseen[..., 0], digits.load().images[4000:])
    np.testing.assert_array_equal(data.labels, digits.test().labels)
    assert "full MNIST (11 MB) and CIFAR-10 (163 MB)" in datasets.missing()
    pixels = (data.train / 255 - data.mean) / data.scale
    assert abs(pixels.mean()) < 0.02
    assert abs((pixels**2).mean() - 1) < 0.02


def mirrored(monkeypatch, address):
    """The small files take the place of the published ones."""
    monkeypatch.setenv("HYPERVIZ_MIRROR_MNIST", f"{address}/good")
    monkeypatch.setenv("HYPERVIZ_MIRROR_CIFAR10", f"{address}/good")
    for module in (mnist, cifar10):
        for name in module.SOURCE.files:
            monkeypatch.setitem(module.SOURCE.files, name, md5(FILES[name]))


def test_datasets_are_known_by_name_and_a_tenth_of_the_training_images_is_for_validation(served, monkeypatch):
    mirrored(monkeypatch, served[0])
    data = datasets.load("mnist")
    assert (data.train.shape, data.validation.shape) == ((27, 28, 28, 1), (3, 28, 28, 1))
    assert mnist.train() is mnist.train()
    np.testing.assert_array_equal(np.concatenate([data.train, data.validation])[..., 0], DIGITS["train"])
    np.testing.assert_array_equal(data.test[..., 0], DIGITS["t10k"])
    np.testing.assert_array_equal(data.labels, DIGITS["t10k-labels"])
    colour, grey = datasets.load("cifar10"), datasets.load("cifar10-grey")
    assert (colour.train.shape, colour.validation.shape, colour.test.shape) == (
        (18, 32, 32, 3),
        (2, 32, 32, 3),
        (4, 32, 32, 3),
    )
    assert grey.train.shape == (18, 32, 32, 1)
    np.testing.assert_allclose(grey.test[..., 0], colour.test @ [0.299, 0.587, 0.114], atol=0.51)
    assert list(colour.labels) == [cifar10.CLASSES[i] for i in PLANES["test_batch"][1]]
    assert datasets.missing() == ""


def test_the_shape_of_a_set_is_known_before_it_is_downloaded(served):
    assert datasets.absent("cifar10-grey")
    shapes = {name: datasets.shape(name) for name in datasets.SHAPES}
    assert served[1] == []
    assert shapes == {"digits": (28, 28), "mnist": (28, 28), "cifar10-grey": (32, 32), "cifar10": (32, 32, 3)}


def test_ones_own_images_are_split_once_and_for_all_and_no_image_is_in_two_parts(here, monkeypatch):
    images = np.broadcast_to(np.arange(40, dtype=np.uint8)[:, None, None], (40, 5, 5))
    np.savez(here / "own.npz", images=images)
    monkeypatch.setenv(datasets.VARIABLE, str(here / "own.npz"))
    data = datasets.load(datasets.OWN)
    parts = [part[:, 0, 0, 0].tolist() for part in (data.train, data.validation, data.test)]
    assert [len(part) for part in parts] == [29, 3, 8]
    assert sorted(np.concatenate(parts)) == list(range(40))
    assert data.labels.tolist() == [f"no. {i + 1}" for i in parts[2]]
    datasets._own.cache_clear()
    assert [(a == b).all() for a, b in zip(datasets.load(datasets.OWN)[:3], data[:3], strict=True)] == [True] * 3
    assert datasets.shape(datasets.OWN) == (5, 5)


def test_without_a_place_named_there_are_no_own_images(monkeypatch):
    monkeypatch.delenv(datasets.VARIABLE, raising=False)
    with pytest.raises(InvalidInput, match="HYPERVIZ_IMAGES names where the app runs; it is not set: set it"):
        datasets.load(datasets.OWN)


def test_a_border_is_black_by_its_pixels_and_not_by_its_name(here, monkeypatch):
    assert datasets.load("digits").bordered
    framed = np.full((20, 6, 6, 3), 200, np.uint8)
    framed[:, [0, -1]] = framed[:, :, [0, -1]] = 0
    for images, black in ((framed, True), (framed + np.uint8(9), False)):
        np.savez(here / f"{black}.npz", images)
        monkeypatch.setenv(datasets.VARIABLE, str(here / f"{black}.npz"))
        assert datasets.load(datasets.OWN).bordered == black


def test_a_server_downloads_for_its_visitors_only_what_it_was_told_to(monkeypatch, tmp_path):
    monkeypatch.setenv(fetch.FOLDER, str(tmp_path))
    for allowed, wanted in ((None, True), ("", False), ("mnist, cifar10", True), ("cifar10", False)):
        if allowed is None:
            monkeypatch.delenv(datasets.DOWNLOADS, raising=False)
        else:
            monkeypatch.setenv(datasets.DOWNLOADS, allowed)
        assert datasets.may_download("mnist") == wanted
        assert ("MNIST" in datasets.missing()) == wanted
    with pytest.raises(DataMissing, match="nothing is downloaded for a visitor here: choose the digits"):
        datasets.load("mnist")
