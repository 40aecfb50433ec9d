http --ignore-stdin --body --pretty=none GET "$1/reverse/" lon==1.893673 lat==50.953397 type==street | grep -o '"label":"[^"]*"'
printf 'lon,lat\n1.893673,50.953397\n' >points.csv
http --ignore-stdin --body --pretty=none --form POST "$1/reverse/csv/" data@points.csv result_columns=result_label
