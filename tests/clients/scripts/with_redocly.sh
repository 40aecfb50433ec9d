export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true
for name in openapi openapi-3.0; do
  curl -s "$1/$name.json" -o "$name.json"
  redocly lint "$name.json" --format=json 2>/dev/null | grep -o '"errors": *[0-9]*' | grep -o '[0-9]*$' | sed 's/$/ errors/'
done
