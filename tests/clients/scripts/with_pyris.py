import os
import sys
from pathlib import Path

settings = Path("pyris.yml")
settings.write_text(f"geocoder:\n  url: {sys.argv[1]}\n")
os.environ["PYRIS_APP_SETTINGS"] = str(settings)

from pyris.address import coordinate

print(coordinate("1 rue Youri Gagarine", "62100", "62193", None, None, 1)["address"])
