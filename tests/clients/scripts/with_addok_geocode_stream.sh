printf 'adresse,commune\n1 rue Youri Gagarine,Calais\nGare de Calais-Ville,Calais\n' >adresses.csv
addok-geocode --service "$1" --columns adresse,commune --result result_label,result_type,result_status <adresses.csv 2>/dev/null
printf 'lon,lat\n1.893673,50.953397\n' | addok-geocode --service "$1" --reverse --result result_label,result_status 2>/dev/null
