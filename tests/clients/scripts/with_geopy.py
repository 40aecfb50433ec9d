import sys

from geopy.geocoders import BANFrance

geocoder = BANFrance(domain=sys.argv[1].removeprefix("http://"), scheme="http")
found = geocoder.geocode("1 rue Youri Gagarine, 62100 Calais")
print(found.address)
print(found.raw["properties"]["qpv"]["verdict"])
print(geocoder.reverse((found.latitude, found.longitude)).address)
