"""Arrays as callers have them are the same numbers of NumPy; what holds none is one sentence with the fix."""

import decimal
import fractions

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy as np
import pandas as pd
import pytest
import scipy.sparse

from hyperviz.errors import InvalidInput
from hyperviz.runtime import arrays
from tests.tensors import OnlyDLPack, Tensor

A = np.array([[0.5, -1.0], [2.0, 0.25]], np.float32)  # bfloat16 and float8 hold them exactly
KINDS = {
    "a list": A.tolist(),
    "rows in a list": list(A),
    "float16": A.astype(np.float16),
    "bfloat16 of NumPy": A.astype(ml_dtypes.bfloat16),
    "bfloat16 of JAX": jnp.asarray(A, jnp.bfloat16),
    "float8": A.astype(ml_dtypes.float8_e4m3fn),
    "the widest float": A.astype(np.longdouble),
    "another byte order": A.astype(">f8"),
    "objects": A.astype(object),
    "decimals and fractions": [[decimal.Decimal("0.5"), -1], [fractions.Fraction(2), 0.25]],
    "a frame": pd.DataFrame(A),
    "a frame of several types": pd.DataFrame({"a": [0.5, 2], "b": [-1.0, 0.25]}, dtype=object),
    "a frame that could lack some": pd.DataFrame(A).astype("Float32"),
    "a mask that hides none": np.ma.masked_array(A),
    "a tensor": Tensor(A),
    "a tensor of bfloat16": Tensor(A, "bfloat16"),
    "a tensor on a GPU": Tensor(A, "bfloat16", device="cuda:0"),
    "tensors in a list": [Tensor(row) for row in A],
    "DLPack alone": OnlyDLPack(A),
}
REFUSED = {
    "None": (None, "a must be an array of real numbers; got None: pass an array, or a list"),
    "a gradient": (Tensor(A, requires_grad=True), r"got Tensor with a gradient, which ends here: .*a\.detach\(\)"),
    "gradients": ([Tensor(A, requires_grad=True)], "got list with a gradient, which ends here: detach it"),
    "another library's refusal": (Tensor(A, "sparse"), r"got Tensor: pass a NumPy array of it \(no sparse layout\)"),
    "sparse": (scipy.sparse.csr_matrix(A), r"got csr_matrix: pass a\.toarray\(\)"),
    "ragged": ([[1.0], [1.0, 2.0]], "got list: give all rows one length"),
    "words": (A.astype(str), r"got ndarray of <U\d+: convert it, as a\.astype\(float\) does"),
    "complex": (A * 1j, r"got ndarray of complex64: take its real part, a\.real"),
    "a column of words": (pd.DataFrame({"a": [1.0], "b": ["x"]}), "got DataFrame that holds str: keep numbers alone"),
    "missing": (pd.DataFrame({"a": [1, pd.NA]}, dtype=object), "got DataFrame that holds NAType: fill or remove what"),
    "hidden": (np.ma.masked_array(A, A < 0), "a hides 1 values behind a mask: fill or remove them"),
    "a generator": ((v for v in A), "got generator: pass an array, or a list of lists of numbers"),
    "NaN": ([np.nan, 1.0], "a must be finite; got 1 values that are NaN or infinite: remove them"),
    "infinity in bfloat16": (jnp.asarray([np.inf], jnp.bfloat16), "a must be finite; got 1 values"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_holds_real_numbers_is_the_same_array_of_numpy(kind):
    found = arrays.real("a", KINDS[kind])
    assert type(found) is np.ndarray
    assert found.dtype in (np.float16, np.float32, np.float64)
    np.testing.assert_array_equal(found, A)


@pytest.mark.parametrize("kind", REFUSED)
def test_what_holds_none_is_one_sentence_with_the_fix(kind):
    value, said = REFUSED[kind]
    with pytest.raises(InvalidInput, match=said) as caught:
        arrays.real("a", value)
    assert "\n" not in str(caught.value)


def test_under_a_transformation_numpy_says_that_it_cannot_look():
    with pytest.raises(InvalidInput, match="call this function outside of jit, vmap and grad"):
        jax.jit(lambda a: arrays.real("a", a))(A)
