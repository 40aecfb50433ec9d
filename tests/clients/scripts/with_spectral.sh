printf 'extends: ["spectral:oas"]\n' >rules.yml
for name in openapi openapi-3.0; do
  curl -s "$1/$name.json" -o "$name.json"
  spectral lint "$name.json" --ruleset rules.yml --fail-severity error 2>&1 | grep -oE '[(][0-9]+ errors?' | tr -d '(' | sed 's/error$/errors/'
done
