"""Compile functions: one call at a time in this process, and programs that outlive it on disk.

Tracing and compiling cost more than everything else a page does. A program is therefore written, when it is first
compiled, to a private folder of the user's cache that is keyed by machine, JAX and source; another process reads it
in 10 to 190 ms and traces nothing. JAX's own persistent cache saves the compilation, not the tracing.

XLA's CPU runtime hangs for ever when as many compiled loops run at once as it has threads (seen with two on two
cores, jaxlib 0.10.2, with and without asynchronous dispatch): hence one call at a time.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import inspect
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import ModuleType
from typing import Any, Generic, ParamSpec, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jax import monitoring
from jax.stages import Compiled

from hyperviz.errors import out_of_memory
from hyperviz.runtime import program_store
from hyperviz.runtime.precision import in_float64, traced

LOADED = "/hyperviz/program_load_duration"  # the event that says: a program was read from disk
# Level 1 of XLA's three levels takes four fifths of the CPU to compile on a processor, and all programs but one run as
# fast: kernels 3.9 s at level 1, 3.8 at level 3; descent 7.6 and 7.5; the count of signs 9.8 and 2.5. XLA's older code
# generator takes less still (taylor at level 3: 24 s and 582 MB, 20 s and 244 MB with it). Training, the algebra of
# Taylor terms and forward draws run as fast with it; kernels, their sampler and the count of signs do not.
LEVEL = "xla_backend_optimization_level"
LEVEL_3 = {LEVEL: 3}
OLDER_GENERATOR = {"xla_cpu_use_fusion_emitters": False}
CONFIG = ("jax_disable_most_optimizations", "jax_default_matmul_precision")  # float64 is always on

AnyArray = jax.Array | np.ndarray  # of JAX under a transformation and within a compiled function, else of NumPy
P = ParamSpec("P")
R = TypeVar("R")
Result = TypeVar("Result")
_turn = threading.RLock()
_compiler = ThreadPoolExecutor(1, "compile")
_functions: weakref.WeakSet[CompiledFunction] = weakref.WeakSet()
_listing = threading.Lock()  # of the functions


def namespace(*values: Any) -> ModuleType:
    """Return jax.numpy where a transformation is at work, else NumPy.

    Outside of a compiled function every operation of jax.numpy compiles a program of its own, one a shape.
    """
    return jnp if traced(*values) else np


def in_background(compile_: Callable[..., Result], *arguments: Any) -> Future[Result]:
    """Return the future of `compile_(*arguments)`: one compilation after the other, while calls go on."""
    return _compiler.submit(compile_, *arguments)


class CompiledFunction(Generic[P, R]):
    """Call a function that is traced and compiled once for each shape of its arguments, on this machine."""

    def __init__(self, function: Callable[P, R], static_argnames: tuple[str, ...], options: dict[str, Any]) -> None:
        functools.update_wrapper(self, function)
        self._static = frozenset(static_argnames)
        self._names = tuple(inspect.signature(function).parameters)
        self._compiler_options = {LEVEL: 1} | options.pop("compiler_options", {})
        self._jitted = jax.jit(function, static_argnames=static_argnames, **options)
        self._said = _registered(f"{function.__module__}.{function.__qualname__}")
        self._programs: dict[Any, Compiled] = {}
        self._unproven: set[Any] = set()  # keys of programs that were read from disk, and have not run yet
        self._making = threading.RLock()
        with _listing:
            _functions.add(self)

    @in_float64
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Return the function's value, finished; under a transformation the function is inlined."""
        if traced(*jax.tree.leaves((args, kwargs))):
            return self._jitted(*args, **kwargs)
        program, key, (dynamic, named) = self._found(args, kwargs)
        try:
            with _turn:
                value = jax.block_until_ready(program(*dynamic, **named))
        except jax.errors.JaxRuntimeError as error:
            if key not in self._unproven or out_of_memory(error):
                raise
            with self._making:  # what is on disk may lack a function of the program: compile it here
                self._unproven.discard(key)
                program_store.remove(self._stored_as(key))
                self._programs[key] = self._compile(key, args, kwargs)
            return self(*args, **kwargs)
        self._unproven.discard(key)
        return value

    @in_float64
    def prepare(self, *args: Any, **kwargs: Any) -> Compiled:
        """Return the program for arguments of these shapes (arrays or ShapeDtypeStructs); nothing is run.

        It is looked up in this process, then on disk; else it is compiled, and written to disk.
        """
        return self._found(args, kwargs)[0]

    def programs(self) -> int:
        """Return how many programs there are of it in this process."""
        return len(self._programs)

    def release(self) -> int:
        """Drop the programs that stand on disk and return how many are left; a call reads what it needs again."""
        with self._making:
            for key in [key for key in self._programs if self._said and program_store.holds(self._stored_as(key))]:
                del self._programs[key]
            return len(self._programs)

    def _found(self, args: tuple, kwargs: dict) -> tuple[Compiled, Any, tuple[tuple, dict]]:
        """Return the program for these arguments, its key, and those of them that it takes."""
        dynamic, static = self._split(args, kwargs)
        leaves, tree = jax.tree.flatten(dynamic)
        key = (tree, tuple(map(_shape, leaves)), static, tuple(jax.config.values[name] for name in CONFIG))
        if (found := self._programs.get(key)) is None:
            with self._making:
                if (found := self._programs.get(key)) is None:
                    found = self._programs[key] = self._load(key) or self._compile(key, args, kwargs)
        return found, key, dynamic

    def _split(self, args: tuple, kwargs: dict) -> tuple[tuple[tuple, dict], tuple]:
        """Return the arguments that a program takes, and those that are part of it."""
        named = tuple(zip(self._names, args, strict=False))
        static = [(name, value) for name, value in (*named, *kwargs.items()) if name in self._static]
        given = tuple(v for i, v in enumerate(args) if i >= len(named) or self._names[i] not in self._static)
        return (given, {k: v for k, v in kwargs.items() if k not in self._static}), tuple(sorted(static))

    def _stored_as(self, key: Any) -> str:
        """Return what names a program on disk: of the function, and of its arguments."""
        return f"{self._said} {key}"

    def _load(self, key: Any) -> Compiled | None:
        began = time.perf_counter()
        program = program_store.read(self._stored_as(key)) if self._said else None
        if program is not None:
            self._unproven.add(key)
            monitoring.record_event_duration_secs(LOADED, time.perf_counter() - began)
        return program

    def _compile(self, key: Any, args: tuple, kwargs: dict) -> Compiled:
        with _cache_hits() as hits:
            program = self._jitted.lower(*args, **kwargs).compile(_options(self._compiler_options))
        if self._said and not hits:  # what JAX's own cache gave lacks functions when it is written (jaxlib 0.10.2)
            program_store.write(self._stored_as(key), program)
        return program


def _options(asked: dict[str, Any]) -> dict[str, Any]:
    """Return these options of XLA; without the level, where JAX sets its own, and on an accelerator."""
    unlevelled = jax.config.values["jax_disable_most_optimizations"] or jax.default_backend() != "cpu"
    return {name: value for name, value in asked.items() if name != LEVEL} if unlevelled else asked


def keep_on_disk(name: str, make: Callable[[], object]) -> None:
    """Have the programs that `make` calls on disk, and none of those in memory afterwards.

    In memory a program takes twenty times its file (62 of them 520 MB). Where all programs of this name are on disk
    already, nothing is called; where nothing can be kept on disk, all stay in memory.
    """
    name = "-".join([name, *(str(jax.config.values[option]) for option in CONFIG)])
    if program_store.complete(name):
        return
    before = release()
    make()
    in_background(lambda: None).result()  # what is compiled in the background is there
    if release() <= before:
        program_store.write_list(name)


def release() -> int:
    """Drop all programs that stand on disk and return how many are left in this process."""
    with _listing:
        functions = list(_functions)
    if program_store.is_off():
        return sum(function.programs() for function in functions)
    left = sum(function.release() for function in functions)
    jax.clear_caches()  # JAX keeps them too
    gc.collect()
    return left


@contextlib.contextmanager
def _cache_hits() -> Iterator[list[str]]:
    """Yield a list that grows when JAX's own persistent cache, where one is set, gives a program."""
    hits: list[str] = []

    def listen(event: str, **_: Any) -> None:
        if event == "/jax/compilation_cache/cache_hits":
            hits.append(event)

    monitoring.register_event_listener(listen)
    try:
        yield hits
    finally:
        monitoring.unregister_event_listener(listen)


_names: set[str] = set()


def _registered(name: str) -> str:
    """Return the name of a function that is the only one so called; "" of another, whose programs stay in memory."""
    if name in _names or "<" in name:  # a lambda, or a function within a function: others may be called the same
        return ""
    _names.add(name)
    return name


def _shape(leaf: Any) -> Any:
    """Return what of an argument decides the program: shape and dtype; of a Python number its type."""
    if isinstance(leaf, np.ndarray | np.generic | jax.Array | jax.ShapeDtypeStruct):
        return leaf.shape, str(leaf.dtype), getattr(leaf, "weak_type", False)
    return type(leaf).__name__


def compiled(
    function: Callable[P, R] | None = None, /, *, static_argnames: str | tuple[str, ...] = (), **options: Any
) -> Any:
    """Return the function compiled; usable as a decorator, with or without arguments.

    Args:
        function: what is compiled; its arguments are pytrees of arrays.
        static_argnames: arguments that are compiled in: hashable, their `repr` the same in every process.
        options: of jax.jit, and `compiler_options` of XLA.
    """
    if function is None:
        return functools.partial(compiled, static_argnames=static_argnames, **options)
    names = (static_argnames,) if isinstance(static_argnames, str) else tuple(static_argnames)
    return CompiledFunction(function, names, options)
