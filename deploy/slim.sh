#!/bin/sh
# Takes out of an environment what the service alone never opens: sh deploy/slim.sh /opt/geoville
set -eu
prefix=$1
cd "$prefix"/lib/python3.*/site-packages
find . -type d -name tests -prune -exec rm -rf {} +
# The compiler of files of very many coordinates: without it trees answer the same, tens of microseconds a row.
rm -rf numba numba-* llvmlite llvmlite-* "$prefix"/bin/numba
# Arrow's headers, its network protocol, and its own clients of object stores.
rm -rf pyarrow/include pyarrow/src pyarrow/*flight* pyarrow/*_s3* pyarrow/*gcsfs* pyarrow/*azurefs*
# Byte code of what is used, no more (all of it is 90 MB): what is not compiled here would be at each start.
"$prefix"/bin/python -m compileall -q geoville openpyxl et_xmlfile folium xyzservices branca pyogrio geopandas
PYTHONDONTWRITEBYTECODE= "$prefix"/bin/python - <<'USED'
import granian.server

from geoville.api.app import assemble
from geoville.api.server import prepare  # noqa: F401 - what a start imports
from geoville.api.service import load_service
from geoville.api.settings import Settings

settings = Settings()
assemble(settings, load_service(settings)).openapi()
USED
PYTHONDONTWRITEBYTECODE= "$prefix"/bin/geoville lookup "1 rue Youri Gagarine, 62100 Calais" >/dev/null
