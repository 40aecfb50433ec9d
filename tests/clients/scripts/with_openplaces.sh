export OPENPLACES_BAN_URL=$1
openplaces --json resolve "1 rue Youri Gagarine, 62100 Calais" --citycode 62193 | grep -E '"(name|type)"' | tr -d ' ,'
openplaces --json reverse --lat 50.953397 --lng 1.893673 | grep '"name"' | tr -d ' ,'
