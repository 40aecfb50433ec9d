"""What the answers of a file depend on: compared before an interrupted work goes on, and written beside the output."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from geoville.sources.files import sha256_of
from geoville.sources.provenance import InputFile, Provenance

if TYPE_CHECKING:
    from geoville.workflows.lookup import LookupDesk
    from geoville.workflows.lookup_file.desk import DeskChoice
    from geoville.workflows.lookup_file.questions import Asking


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A file and what is asked of it.

    Parameters
    ----------
    name : of the input.
    layout : what was recognised of it.
    """

    name: str
    layout: str
    asking: Asking
    desk: DeskChoice

    def request(self, input_sha256: str) -> dict[str, str]:
        """Everything that the answers depend on."""
        return {
            "input": input_sha256,
            "layout": self.layout,
            "questions": self.asking.questions.description,
            "on": self.asking.on.isoformat(),
            **self.desk.identity(),
            "version": version("geoville"),
        }

    def provenance(self, input_sha256: str, desk: LookupDesk) -> Provenance:
        """What the output was made of, answered by an open desk."""
        given = [("perimeters", path) for path in self.desk.perimeters]
        given += [("addresses", self.desk.addresses)] if self.desk.addresses else []
        files = [InputFile(role, path.name, sha256_of(path)) for role, path in given]
        sources = dict.fromkeys(perimeter.source for perimeter in desk.index.perimeters if perimeter.source)
        return Provenance(
            command="lookup-file",
            inputs=(InputFile("rows", self.name, input_sha256), *files),
            law=(),
            parameters={
                "on": self.asking.on.isoformat(),
                "columns": list(self.asking.questions.columns),
                "layout": self.layout,
                "territory": self.desk.territory,
                "geocoder": self.desk.geocoder,
            },
            sources=tuple(sources),
        )
