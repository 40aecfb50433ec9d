import sys

from owslib.ogcapi.features import Features

document = Features(sys.argv[1]).api()
print(document["openapi"], "/search" in document["paths"])
