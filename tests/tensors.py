"""Tensors as PyTorch hands them out, without PyTorch: what NumPy asks of them, and what they answer."""

import numpy as np

MESSAGES = {
    "grad": "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.",
    "device": "can't convert cuda:0 device type tensor to numpy. Use Tensor.cpu() to copy it to host memory first.",
    "bfloat16": "Got unsupported ScalarType BFloat16",
    "sparse": "no sparse layout",
}


class Tensor:
    """An array that refuses what torch.Tensor refuses."""

    def __init__(self, array, dtype="float32", requires_grad=False, device="cpu"):
        self.array, self.dtype = np.asarray(array), f"torch.{dtype}"
        self.requires_grad, self.device = requires_grad, device

    def _with(self, **changed):
        now = {"dtype": self.dtype.removeprefix("torch."), "requires_grad": self.requires_grad, "device": self.device}
        return Tensor(self.array, **now | changed)

    def detach(self):
        return self._with(requires_grad=False)

    def cpu(self):
        return self._with(device="cpu")

    def float(self):
        return self._with(dtype="float32")

    def __len__(self):
        return len(self.array)

    def __array__(self, dtype=None, copy=None):
        if self.requires_grad:
            raise RuntimeError(MESSAGES["grad"])
        if self.device != "cpu":
            raise TypeError(MESSAGES["device"])
        if self.dtype != "torch.float32":
            raise TypeError(MESSAGES[self.dtype.removeprefix("torch.")])
        return self.array if dtype is None else self.array.astype(dtype)


class OnlyDLPack:
    """An array of a library that speaks DLPack and nothing else."""

    def __init__(self, array):
        self.array = np.ascontiguousarray(array)

    def __dlpack__(self, **asked):
        return self.array.__dlpack__(**asked)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()
