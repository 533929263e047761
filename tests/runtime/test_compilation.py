"""Compiled functions: one program a shape, kept on disk for the next process, and never from another machine."""

import os
import subprocess
import sys

import jax
import numpy as np
import pytest

from hyperviz.runtime import compilation, program_store
from tests import ROOT, compilations

CODE = """
import jax, numpy as np
from tests import compilations
from hyperviz.theory import analytic
x = np.array([[1.0, 0.5]])
with compilations.counted() as compiled, compilations.loaded() as loaded:
    found = analytic.kernels(x, x, depth_f=3, depth_g=4)
print(len(compiled), len(loaded), found.hyperkernel[0, 0].item().hex(), sep=",")
"""


@pytest.fixture
def store(tmp_path, monkeypatch):
    """Programs are kept in an empty folder of the test's own."""
    monkeypatch.setenv(program_store.VARIABLE, str(tmp_path))
    return tmp_path


def power(x, *, n: int):
    return x**n


def made():
    """A function that this process has not compiled, called as one that another has."""
    function = compilation.CompiledFunction(power, ("n",), {})
    function._said = "tests.power"
    return function


def another_process(folder) -> tuple[int, int, str]:
    environment = os.environ | {program_store.VARIABLE: str(folder), "JAX_ENABLE_COMPILATION_CACHE": "false"}
    done = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, env=environment, capture_output=True, check=True)
    compiled, loaded, value = done.stdout.decode().strip().split(",")
    return int(compiled), int(loaded), value


def test_a_second_process_reads_the_programs_and_finds_the_same_bits(store):
    first, second = another_process(store), another_process(store)
    assert first[0] > 0
    assert first[1] == 0
    assert second[1] > 0
    assert second[0] < first[0]
    assert second[2] == first[2]


def test_a_shape_is_compiled_once_and_a_static_argument_makes_another_program(store):
    cube = made()
    with compilations.counted() as seen:
        values = [cube(np.float32(2), n=3), cube(np.float32(5), n=3), cube(np.float32(2), n=2)]
    assert [float(v) for v in values] == [8, 125, 4]
    assert len(seen) == 2


def test_what_is_on_disk_is_read_and_not_compiled(store):
    made()(np.float32(2), n=3)
    with compilations.counted() as compiled, compilations.loaded() as loaded:
        assert float(made()(np.float32(5), n=3)) == 125
    assert (len(compiled), len(loaded)) == (0, 1)


@pytest.mark.parametrize("damage", [lambda b: b[:100], lambda b: b"", lambda b: b[:-1] + bytes([b[-1] ^ 1])])
def test_a_damaged_program_is_compiled_again_and_mended(store, damage):
    made()(np.float32(2), n=3)
    (path,) = (p for p in store.rglob("*") if p.is_file())
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert float(made()(np.float32(2), n=3)) == 8
    with compilations.loaded() as loaded:
        made()(np.float32(2), n=3)
    assert len(loaded) == 1


def test_programs_of_another_machine_are_not_read(store, monkeypatch):
    program_store.folder.cache_clear()
    made()(np.float32(2), n=3)
    monkeypatch.setattr(program_store, "_processor", lambda: "another")
    program_store.folder.cache_clear()
    with compilations.loaded() as loaded:
        assert float(made()(np.float32(2), n=3)) == 8
    program_store.folder.cache_clear()
    assert loaded == []


def test_the_folder_is_private_and_one_that_others_may_write_to_is_not_used(store):
    program_store.folder.cache_clear()
    folder = program_store.folder(str(store))
    assert folder.stat().st_mode & 0o077 == 0
    folder.chmod(0o777)
    program_store.folder.cache_clear()
    assert program_store.folder(str(store)) is None
    program_store.folder.cache_clear()


def test_nothing_is_kept_where_it_is_switched_off(monkeypatch, tmp_path):
    monkeypatch.setenv(program_store.VARIABLE, "off")
    assert float(made()(np.float32(2), n=3)) == 8
    assert program_store.folder("off") is None


def test_a_place_that_cannot_be_written_to_is_replaced_by_a_temporary_one(tmp_path):
    (tmp_path / "file").write_text("")
    found = program_store.folder(str(tmp_path / "file"))
    assert found is not None
    assert not found.is_relative_to(tmp_path)


@pytest.fixture
def alone(store, monkeypatch):
    """The programs of other tests stay in memory."""
    monkeypatch.setattr(compilation, "_functions", set())
    monkeypatch.setattr(jax, "clear_caches", lambda: None)


def test_programs_in_a_folder_that_can_only_be_read_are_used(store, monkeypatch):
    """An image that runs read-only; as root, a folder's mode forbids nothing."""
    kept = program_store.folder.__wrapped__(str(store))
    monkeypatch.setattr(os, "access", lambda path, mode: not path.is_relative_to(store))
    assert program_store.folder.__wrapped__(str(store)) != kept
    (kept / "study.list").write_text("")
    assert program_store.folder.__wrapped__(str(store)) == kept


@pytest.mark.usefixtures("alone")
def test_programs_on_disk_leave_the_memory_and_are_read_again_when_called():
    cube, called = made(), []
    compilation.keep_on_disk("study", lambda: called.append(cube(np.float32(2), n=3)))
    assert (called, cube.programs()) == ([8], 0)
    with compilations.counted() as compiled, compilations.loaded() as loaded:
        assert float(cube(np.float32(5), n=3)) == 125
    assert (len(compiled), len(loaded)) == (0, 1)
    compilation.keep_on_disk("study", lambda: called.append("again"))
    assert called == [8]


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(
    ("of", "damage"),
    [("*.list", lambda path: path.write_bytes(path.read_bytes()[:-1])), ("*[0-9a-f]", lambda path: path.unlink())],
)
def test_a_program_or_a_list_that_is_damaged_or_gone_is_made_again(store, of, damage):
    for times in range(2):
        cube, called = made(), []
        compilation.keep_on_disk("study", lambda cube=cube, called=called: called.append(cube(np.float32(2), n=3)))
        assert called == [8], times
        (path,) = (p for p in store.rglob(of) if p.is_file())
        damage(path)


@pytest.mark.usefixtures("alone")
def test_a_program_that_is_not_on_disk_stays_in_memory_and_is_made_at_each_start():
    unnamed, called = compilation.compiled(lambda x: x + 2), []
    for _ in range(2):
        compilation.keep_on_disk("study", lambda: called.append(unnamed(np.float32(1))))
    assert called == [3, 3]
    assert unnamed.programs() == 1


def test_a_compiled_function_is_inlined_under_a_transformation(store):
    cube = made()
    x = np.arange(3.0)
    np.testing.assert_allclose(jax.vmap(lambda v: cube(v, n=3))(x), x**3)
    np.testing.assert_allclose(jax.grad(lambda v: cube(v, n=3))(2.0), 12)
    np.testing.assert_allclose(jax.jit(lambda v: cube(v, n=3))(x), x**3)


def test_only_programs_of_the_last_versions_are_kept_and_nothing_else_is_touched(store):
    names = [f"{i:016x}" for i in range(program_store.VERSIONS + 3)]
    for i, name in enumerate((*names, "pictures", "0123", "tmp0123456789abcdef")):
        (store / name).mkdir()
        os.utime(store / name, (i, i))
    program_store.folder.cache_clear()
    own = program_store.folder(str(store))
    program_store.folder.cache_clear()
    left = {path.name for path in store.iterdir()} - {own.name}
    assert left == {*names[-program_store.VERSIONS + 1 :], "pictures", "0123", "tmp0123456789abcdef"}


def test_beside_a_temporary_folder_nothing_is_removed(tmp_path, monkeypatch):
    """Other programs' temporary folders are its neighbours."""
    monkeypatch.setattr(program_store.tempfile, "tempdir", str(tmp_path))
    neighbours = {f"{i:016x}" for i in range(2 * program_store.VERSIONS)}
    for name in neighbours:
        (tmp_path / name).mkdir()
    (tmp_path / "file").write_text("")
    found = program_store.folder(str(tmp_path / "file"))
    program_store.folder.cache_clear()
    assert found.parent == tmp_path
    assert {path.name for path in tmp_path.iterdir()} == {*neighbours, "file", found.name}


def test_functions_that_may_be_called_the_same_keep_nothing_on_disk(store):
    def inner(x):
        return x + 1

    assert compilation.compiled(inner)(np.float32(1)) == 2
    assert compilation.compiled(lambda x: x + 2)(np.float32(1)) == 3
    assert [p for p in store.rglob("*") if p.is_file()] == []


def test_what_jaxs_own_cache_gave_is_not_written(store, tmp_path):
    environment = os.environ | {"JAX_COMPILATION_CACHE_DIR": str(tmp_path / "jax"), "JAX_ENABLE_COMPILATION_CACHE": "1"}
    environment["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
    written = []
    for folder in ("first", "second"):
        environment[program_store.VARIABLE] = str(tmp_path / folder)
        subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, env=environment, capture_output=True, check=True)
        written.append(len([p for p in (tmp_path / folder).rglob("*") if p.is_file()]))
    assert written[0] > 0
    assert written[1] == 0


def test_a_program_on_disk_that_lacks_a_function_is_compiled_again_and_mended(store, monkeypatch):
    def broken(*_, **__):
        raise jax.errors.JaxRuntimeError("NOT_FOUND: Function wrapped_convert not found")

    monkeypatch.setattr(program_store, "read", lambda key: broken)
    function, x = made(), np.arange(3.0)
    with compilations.counted() as compiled:
        np.testing.assert_array_equal(function(x, n=3), x**3)
        np.testing.assert_array_equal(function(x, n=3), x**3)
    assert len(compiled) == 1
    monkeypatch.undo()
    monkeypatch.setenv(program_store.VARIABLE, str(store))
    with compilations.counted() as compiled:
        np.testing.assert_array_equal(made()(x, n=3), x**3)
    assert len(compiled) == 0


def test_the_counter_of_compilations_counts():
    with compilations.programs() as compiled:
        jax.jit(lambda x: 7 * x + 0.5)(np.ones(11))
    assert len(compiled) > 0


@pytest.mark.parametrize(("lightly", "backend"), [(False, "cpu"), (True, "cpu"), (False, "gpu")])
def test_a_level_is_asked_of_a_processor_s_compiler_alone_and_jax_s_own_setting_wins(lightly, backend, monkeypatch):
    """Level 0 is JAX's where it is to compile lightly, and a GPU's compiler does not know level 1."""
    monkeypatch.setattr(jax, "default_backend", lambda: backend)
    asked = compilation.OLDER_GENERATOR | compilation.LEVEL_3
    before = jax.config.values["jax_disable_most_optimizations"]
    jax.config.update("jax_disable_most_optimizations", lightly)
    try:
        found = compilation._options(asked)
    finally:
        jax.config.update("jax_disable_most_optimizations", before)
    assert found == (asked if not lightly and backend == "cpu" else compilation.OLDER_GENERATOR)
