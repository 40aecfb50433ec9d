curl -s "$1/openapi.json" -o openapi.json
openapi-generator-cli generate -i "$1/openapi-3.0.json" -g python -o generated >/dev/null 2>&1
python "$2/call_openapi_generator.py" "$1" "$3"
