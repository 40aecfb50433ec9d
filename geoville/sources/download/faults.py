"""What can go wrong with a download: what may pass, and the sentences of what does not."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from geoville.errors import DataUnavailableError

if TYPE_CHECKING:
    import httpx

BY_HAND = "ou télécharger le fichier à la main et le donner avec `--from-dir`"
LATER = f"réessayer plus tard (ce qui est déjà reçu est gardé), {BY_HAND}"
FROM_ITS_PAGE = "chercher le fichier sur la page de son producteur et le donner avec `--from-dir`"


class PassingFault(Exception):  # noqa: N818  no error yet: the next try may do
    """A fault that may be gone a moment later.

    Parameters
    ----------
    what : what the server does, a French verb and its complements.
    wait_s : seconds that the server asks to wait.
    """

    def __init__(self, what: str, wait_s: float = 0.0) -> None:
        super().__init__(what)
        self.what, self.wait_s = what, wait_s


@dataclass(frozen=True, slots=True)
class Wanted:
    """The file that is being downloaded, as sentences name it: its name, and the host that it comes from."""

    name: str
    host: str

    def unavailable(self, what: str, advice: str = LATER) -> DataUnavailableError:
        """Error of a file that does not come, whoever asks for it."""
        return DataUnavailableError(f"« {self.name} » ne peut pas être téléchargé : {self.host} {what}", advice=advice)

    def changed(self, what: str, found: object, expected: object) -> DataUnavailableError:
        """Error of a file that is no longer what it was."""
        return DataUnavailableError(
            f"« {self.name} » a changé chez {self.host} ({what} : {found} au lieu de {expected}) et a été refusé",
            advice="vérifier ce qui a changé sur la page de son producteur, puis l'accepter avec `--accept`",
        )

    def refused(self, status: int) -> DataUnavailableError:
        """Error of a status that another try would not change."""
        if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            return self.unavailable(f"n'a plus ce fichier (code {status})", FROM_ITS_PAGE)
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.PROXY_AUTHENTICATION_REQUIRED}:
            return self.unavailable(f"en refuse l'accès (code {status})", FROM_ITS_PAGE)
        return self.unavailable(f"répond par le code {status}", FROM_ITS_PAGE)

    def transport_fault(self, error: httpx.TransportError) -> PassingFault:
        """What a failure of the network means.

        Raises
        ------
        DataUnavailableError
            The host shows a certificate that nobody trusts, or is not known, as where there is no network: trying
            again would not help, and a fetch of many files would say so after many minutes.
        """
        causes = _causes(error)
        if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
            raise self.unavailable(
                "montre un certificat que rien ne garantit",
                f"donner dans `SSL_CERT_FILE` le certificat du mandataire (proxy) du réseau, {BY_HAND}",
            ) from error
        if any(isinstance(cause, socket.gaierror) for cause in causes):
            raise self.unavailable("est introuvable, sans doute faute de connexion à Internet") from error
        return PassingFault("ne répond pas, ou interrompt l'envoi")


def _causes(error: BaseException) -> list[BaseException]:
    causes: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in causes:
        causes.append(cause)
        cause = cause.__cause__ or cause.__context__
    return causes
