"""Keep the systems of the training images, factored once: a new stroke costs cross products only."""

from __future__ import annotations

from collections.abc import Iterator

from hyperviz.runtime.cache import ByteBoundedCache
from hyperviz.studies.inpainting import kernel_options, masks, train_test_split
from hyperviz.studies.inpainting.settings import InpaintingSettings
from hyperviz.theory.regression import grid_factors, grid_geometry
from hyperviz.theory.regression.grid_factors import GridFactors

LIMIT = 256 * 2**20  # bytes of all that is kept: one NNGP of 500 images, or five of 200
_kept: ByteBoundedCache[GridFactors] = ByteBoundedCache(LIMIT)


def lookup(settings: InpaintingSettings, kernel: str) -> GridFactors | None:
    """Return the factored systems of the first run's training images, or None where they are not kept."""
    return _kept.get(_key(settings, kernel))


def steps(settings: InpaintingSettings, kernel: str) -> Iterator[GridFactors]:
    """Yield ever more of the systems of the first run's training images; all at once where they are kept.

    The NNGP's Cholesky factors are kept too, where they fit: its posterior needs them. The hyperkernel is no prior.
    """
    done = lookup(settings, kernel)
    if done is None:
        y = train_test_split.of_run(settings, settings.images).y
        keep = kernel == "nngp" and len(grid_geometry.classes(y.shape[1])) * len(y) ** 2 * 8 < LIMIT
        options = {"ridge": settings.ridge, "kernel": kernel, "keep": keep} | kernel_options.of_grid(settings)
        for done in grid_factors.steps(masks.masked(y, settings), y, **options):
            if done.solved < done.total:
                yield done
        assert done is not None
        done = done if kernel == "nngp" else grid_factors.without_triangle(done)
        _kept.put(_key(settings, kernel), done)
    yield done


def _key(settings: InpaintingSettings, kernel: str) -> tuple:
    """Return all that the factors depend on."""
    names = ("seed", "images", "ridge")
    chosen = [getattr(settings, name) for name in names] + list(kernel_options.of_grid(settings).values())
    return kernel, *masks.cache_key(settings), *chosen
