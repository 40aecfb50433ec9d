for name in perimetres cells-2019; do
  curl -s "$1/styles/$name" -o style.json
  gl-style-validate style.json && echo "$name: valid"
done
