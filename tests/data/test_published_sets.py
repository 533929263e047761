"""Full MNIST and CIFAR-10 as they are published: read as written, and refused where they are anything else."""

import os
import pickle

import numpy as np
import pytest

from hyperviz.data import cifar10, fetch, mnist
from hyperviz.data.fetch import Source
from hyperviz.errors import DataMissing
from tests.data.published import DIGITS, PLANES, RNG, source, tar
from tests.data.server import md5

pytestmark = pytest.mark.usefixtures("here")


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
