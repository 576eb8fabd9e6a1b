"""Plots of what was measured: seconds to verdict against size, and memory beside it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Point(NamedTuple):
    """One measurement of a line; one that was cut is a lower bound."""

    position: int
    seconds: float
    memory: float
    cut: bool = False


def draw(lines: Mapping[str, Sequence[Point]], labels: Sequence[str], title: str, stem: Path) -> None:
    """Write `stem` as PNG and SVG: one line a name, sizes along the axis, both scales logarithmic.

    Points that were cut are hollow and point upwards.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "kubeproof"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(13, 5.5), layout="constrained")
    colours = pyplot.get_cmap("tab20")
    for axis, quantity, name in zip(
        axes, ("seconds", "memory"), ("seconds to verdict", "peak memory, MiB"), strict=True
    ):
        for index, (line, points) in enumerate(lines.items()):
            colour = colours(index % 20)
            values = [getattr(point, quantity) for point in points]
            axis.plot([point.position for point in points], values, color=colour, label=line, linewidth=1.2)
            for point, value in zip(points, values, strict=True):
                face = "none" if point.cut else colour
                axis.plot(point.position, value, color=colour, marker="^" if point.cut else "o", markerfacecolor=face)
        axis.set(yscale="log", ylabel=name, xticks=range(len(labels)), xticklabels=labels)
        axis.grid(visible=True, which="major", alpha=0.3)
    figure.suptitle(title)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside right center", frameon=False, fontsize=8)
    for suffix in (".png", ".svg"):
        figure.savefig(stem.with_suffix(suffix), metadata={"Date": None} if suffix == ".svg" else None)
    pyplot.close(figure)
