import sys

import pyogrio

source = f"OAPIF:{sys.argv[1]}"
print(",".join(name for name, _ in pyogrio.list_layers(source)[:3]))
cells = pyogrio.read_dataframe(source, layer="cells-2019", bbox=(1.85, 50.94, 1.87, 50.96))
print(len(cells), cells.crs.to_string())
quarters = pyogrio.read_dataframe(source, layer="qpv-2024", CRS="EPSG:2154")
print(quarters.crs.to_string(), round(quarters.area.sum() / 1e6, 2), "km2")
