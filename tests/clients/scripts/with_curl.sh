curl -s -G "$1/search/" --data-urlencode "q=1 rue Youri Gagarine, 62100 Calais" -d limit=1 -d autocomplete=0 | grep -o '"label":"[^"]*"'
curl -s -I "$1/lookup?lon=1.8867&lat=50.9560" -o head.txt -w '%{http_code} %{content_type}\n'
printf 'adresse\n1 rue Youri Gagarine 62100 Calais\n' >liste.csv
curl -s -OJ -F data=@liste.csv -F result_columns=qpv_verdict "$1/search/csv"
cat liste.geocoded.csv
