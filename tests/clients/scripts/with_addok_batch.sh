printf 'adresse,commune\n1 rue Youri Gagarine,Calais\n' >adresses.csv
addok-geocode --service "$1" --strategy batch --columns adresse,commune --result result_status <adresses.csv 2>/dev/null | tail -n +2
