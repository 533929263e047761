"""Hold Table 1 of the paper: mean squared error on MNIST after N training images of 20 random pixels each."""

NAMES = {"nngp": "NNGP", "hk": "HK", "hk-released": "HK as released", "hn": "HN"}
NAMES |= {"mean": "mean image", "nearest": "neighbours", "ridge": "plain ridge", "ridge-hidden": "ridge, hidden half"}
NAMES["cnn"] = "CNN"
IMAGES = (50, 100, 200, 500)
MISPRINT = 0.49  # HN, inpainting, N = 500, as printed: the column suggests 0.049
TABLE1 = {
    ("representation", "hk"): (0.055, 0.050, 0.043, 0.032),
    ("representation", "nngp"): (0.051, 0.045, 0.037, 0.026),
    ("representation", "hn"): (0.12, 0.08, 0.052, 0.041),
    ("inpainting", "hk"): (0.057, 0.051, 0.047, 0.038),
    ("inpainting", "nngp"): (0.054, 0.047, 0.043, 0.034),
    ("inpainting", "hn"): (0.16, 0.098, 0.066, MISPRINT),
}


def paper(task: str, kernel: str, images: int) -> float | None:
    """Return the paper's error, or None where it gives none."""
    row = TABLE1.get((task, kernel))
    return row[IMAGES.index(images)] if row and images in IMAGES else None
