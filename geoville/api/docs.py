"""`/docs`: what the service answers, as one page of its own. FastAPI's page would load scripts from a third party."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Any

from starlette.responses import HTMLResponse

if TYPE_CHECKING:
    from fastapi import FastAPI, Request

TEMPLATE = "docs.html"


def install(app: FastAPI) -> None:
    """Serve the page, rendered once from the application's OpenAPI document; call it after the routes are there."""
    page = docs_page(app.openapi())
    headers = {"Content-Security-Policy": _policy(page)}

    async def docs(_: Request) -> HTMLResponse:
        return HTMLResponse(page, headers=headers)

    app.add_route("/docs", docs, include_in_schema=False)


def docs_page(document: dict[str, Any]) -> str:
    """Render an OpenAPI document as a French page without any script or outside address."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(loader=PackageLoader("geoville.api", "."), autoescape=True, undefined=StrictUndefined)
    operations = [
        {"method": method.upper(), "path": path, **operation}
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return environment.get_template(TEMPLATE).render(info=document["info"], operations=operations)


def _policy(page: str) -> str:
    """Let a browser apply the page's own styles, known by their hashes, and nothing else."""
    sheets = re.findall("<style>(.*?)</style>", page, flags=re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode() for sheet in sheets]
    styles = " ".join(f"'sha256-{digest}'" for digest in hashes)
    return f"default-src 'none'; style-src {styles}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
