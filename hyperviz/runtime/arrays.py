"""Turn arguments as callers have them (lists, frames, tensors of other libraries) into arrays, or refuse them."""

from __future__ import annotations

import decimal
import numbers
import operator
from typing import Any, NoReturn

import numpy as np

from hyperviz.errors import InvalidInput

REAL = (numbers.Real, np.bool_, decimal.Decimal)
MISSING = ("NoneType", "NAType", "NaTType")  # what stands for a missing value, in Python and in pandas


def real(name: str, value: Any) -> np.ndarray:
    """Return a finite array of floats, integers or booleans that NumPy computes with.

    bfloat16 and smaller floats become float32, wider ones and Python's numbers in an array of objects float64.

    Args:
        name: what a sentence calls the argument.
        value: an array of any library, a frame, or a list; a tensor may lie on another device.

    Raises:
        InvalidInput: it holds no real numbers, some are NaN, infinite or masked, or a transformation is at work.

    Example:
        >>> real("x", [[1, 2]]).tolist()
        [[1, 2]]
    """
    array = _read(name, value)
    if array.dtype.kind == "O":
        array = _of_objects(name, value, array)
    if array.dtype.kind not in "fiub":
        if array.dtype.type.__module__ != "ml_dtypes":
            refuse(name, f"{type(value).__name__} of {array.dtype}", _conversion(name, array.dtype))
        array = array.astype(np.float32)  # bfloat16 and its like, which NumPy counts as bytes
    if array.dtype.itemsize > 8 or not array.dtype.isnative:
        array = array.astype(np.float64)
    finite(name, array)
    return array


def integer(name: str, value: Any, least: int, most: int | None = None) -> int:
    """Return an integer within bounds, of Python, NumPy or JAX; InvalidInput for anything else."""
    bounds = f"an integer of at least {least}" + (f" and at most {most}" if most else "")
    try:
        number = operator.index(_one(value))
    except (TypeError, ValueError):
        raise InvalidInput(f"{name} must be {bounds}; got {value!r}.") from None
    if number < least or (most is not None and number > most):
        raise InvalidInput(f"{name} must be {bounds}; got {number}.")
    return number


def _one(value: Any) -> Any:
    """Return the number in an array of one, of NumPy or JAX; all else as it is."""
    array = hasattr(value, "ndim") and hasattr(value, "item") and not isinstance(value, np.generic)
    return value.item() if array else value


def refuse(name: str, came: str, fix: str) -> NoReturn:
    """Raise InvalidInput for what is no array of real numbers."""
    raise InvalidInput(f"{name} must be an array of real numbers; got {came}: {fix}.") from None


def finite(name: str, array: np.ndarray) -> None:
    """Refuse NaN and infinity, saying how many there are."""
    bad = np.size(array) - int(np.isfinite(array).sum())
    if bad:
        raise InvalidInput(f"{name} must be finite; got {bad} values that are NaN or infinite: remove them first.")


def _read(name: str, value: Any) -> np.ndarray:
    hidden = np.ma.count_masked(value) if isinstance(value, np.ma.MaskedArray) else 0
    if hidden:
        raise InvalidInput(f"{name} hides {hidden} values behind a mask: fill or remove them first.")
    try:
        return np.asarray(_in_memory(value))
    except Exception as error:  # whatever another library raises where it gives no array
        if type(error).__name__ == "TracerArrayConversionError":  # JAX's, which is not loaded for this
            raise InvalidInput(
                f"{name} is computed with by NumPy: call this function outside of jit, vmap and grad."
            ) from None
        kind, several = type(value).__name__, isinstance(value, list | tuple)
        if any(getattr(part, "requires_grad", False) is True for part in (value if several else [value])):
            refuse(name, f"{kind} with a gradient, which ends here", f"detach it, as {name}.detach() does")
        fix = "give all rows one length" if several else f"pass a NumPy array of it ({_first_line(error)})"
        refuse(name, kind, fix)


def _in_memory(value: Any) -> Any:
    """Return a tensor, or a list of some, in main memory and in a type that NumPy has; all else as it is."""
    if isinstance(value, list | tuple):
        return [np.asarray(_in_memory(v)) for v in value] if value and hasattr(value[0], "detach") else value
    if hasattr(value, "detach") and hasattr(value, "cpu"):
        near = value.cpu()
        return near.float() if any(kind in str(near.dtype) for kind in ("bfloat16", "float8")) else near
    foreign = hasattr(value, "__dlpack__") and not hasattr(value, "__array__")
    return np.from_dlpack(value) if foreign else value


def _of_objects(name: str, value: Any, array: np.ndarray) -> np.ndarray:
    """Return float64 of an array of Python's numbers: a frame with several kinds of columns, for example."""
    kind = "None" if value is None else type(value).__name__
    wrong = [type(v).__name__ for v in array.flat if not isinstance(v, REAL)]
    if wrong and not array.ndim:
        dense = f"{name}.toarray()" if hasattr(value, "toarray") else "an array, or a list of lists of numbers"
        refuse(name, kind, f"pass {dense}")
    if wrong:
        fix = "fill or remove what is missing" if wrong[0] in MISSING else "keep numbers alone, in rows of one length"
        refuse(name, f"{kind} that holds {wrong[0]}", fix)
    return array.astype(np.float64)


def _conversion(name: str, dtype: np.dtype) -> str:
    return f"take its real part, {name}.real" if dtype.kind == "c" else f"convert it, as {name}.astype(float) does"


def _first_line(error: Exception) -> str:
    return str(error).split("\n")[0].rstrip(".: ")
