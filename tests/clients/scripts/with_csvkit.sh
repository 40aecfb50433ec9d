printf 'adresse,commune\n1 rue Youri Gagarine,Calais\nGare de Calais-Ville,Calais\n' >adresses.csv
curl -s -F data=@adresses.csv -F columns=adresse -F columns=commune "$1/search/csv/" >reponses.csv
csvcut -c adresse,result_type,qpv_verdict reponses.csv
csvgrep -c qpv_verdict -m inside reponses.csv | csvstat --count
