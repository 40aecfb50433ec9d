import sys

from owslib.ogcapi.features import Features

service = Features(sys.argv[1])
print(",".join(service.feature_collections()[:3]))
print(service.collection("candidat")["title"])
print(service.collection_items("cells-2019", bbox=[1.85, 50.94, 1.87, 50.96], limit=5)["numberReturned"])
print(",".join(list(service.collection_queryables("candidat")["properties"])[:3]))
print(service.collection_items("cells-2019", filter="people > 300 AND imputed = FALSE", limit=1)["numberMatched"])
