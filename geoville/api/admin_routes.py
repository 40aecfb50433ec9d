"""What an operator asks: is the service up, and on what does it answer."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from geoville import __version__
from geoville.api.models import HealthDocument
from geoville.api.problem_responses import problem_responses
from geoville.api.service import CurrentService  # noqa: TC001 - FastAPI reads the annotation

router = APIRouter()


@router.get(
    "/health",
    summary="État du service",
    response_model=HealthDocument,
    response_description="Le service répond",
    responses=problem_responses(),
)
async def health(service: CurrentService) -> dict[str, Any]:
    """Dire que le service répond, et de combien de périmètres il dispose."""
    return {"status": "ok", "version": __version__, "perimeters": len(service.desk.index.perimeters)}
