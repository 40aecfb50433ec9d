"""Colours of classes: sequential palettes of ColorBrewer 2.0 that survive colour blindness and grey."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours from the lightest to the darkest."""

    name: str
    colours: tuple[str, ...]

    def pick(self, count: int, *, darkest_first: bool = False) -> tuple[str, ...]:
        """Choose colours spread over the palette, at most as many as it has.

        >>> YLORBR.pick(2)
        ('#fff7bc', '#662506')
        """
        last = len(self.colours) - 1
        steps = [round(step * last / (count - 1)) for step in range(count)] if count > 1 else [last // 2]
        chosen = tuple(self.colours[step] for step in steps)
        return chosen[::-1] if darkest_first else chosen


YLORBR = Palette(
    "YlOrBr (ColorBrewer)",
    ("#fff7bc", "#fee391", "#fec44f", "#fe9929", "#ec7014", "#cc4c02", "#993404", "#662506"),
)
ORRD = Palette(
    "OrRd (ColorBrewer)",
    ("#fee8c8", "#fdd49e", "#fdbb84", "#fc8d59", "#ef6548", "#d7301f", "#b30000", "#7f0000"),
)
BUPU = Palette(
    "BuPu (ColorBrewer)",
    ("#e0ecf4", "#bfd3e6", "#9ebcda", "#8c96c6", "#8c6bb1", "#88419d", "#810f7c", "#4d004b"),
)
YLGNBU = Palette(
    "YlGnBu (ColorBrewer)",
    ("#edf8b1", "#c7e9b4", "#7fcdbb", "#41b6c4", "#1d91c0", "#225ea8", "#253494", "#081d58"),
)
GREYS = Palette("Greys (ColorBrewer)", ("#d9d9d9", "#737373"))
