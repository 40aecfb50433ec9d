curl -s "$1/openapi.json" -o openapi.json
openapi-python-client generate --url "$1/openapi.json" --meta none --output-path geoville_client --overwrite >/dev/null 2>&1
python "$2/call_openapi_python_client.py" "$1" "$3"
