"""The Python door: a territory, and everything that can be asked of it. The same workflows as the other two doors."""

from geoville.territory.results import Candidates, Comparison, Result, Sensitivity, Vecu, Veille
from geoville.territory.territory import Territory

__all__ = ["Candidates", "Comparison", "Result", "Sensitivity", "Territory", "Vecu", "Veille"]
