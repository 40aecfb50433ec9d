import sys

from bulk_geocoding import bulk_geocoding

bulk_geocoding.addok_bano_search_csv = f"{sys.argv[1]}/search/csv/"  # it has no other way to be told where to ask
rows = [{"num": "1", "voie": "rue Youri Gagarine", "code": "62193"}, {"num": "", "voie": "gare", "code": "62193"}]
for row in bulk_geocoding.geocode(rows, columns=["num", "voie"], citycode="code"):
    print(row["result_status"], row["result_name"], row["qpv_verdict"])
