const ban = require("@p-j/geocodejson-ban/dist/geocodejson-ban.js");

ban.BANBaseUrl = `${process.argv[2]}/search`; // it has no option for its address
(async () => {
  const found = await ban.geocode({ address: "1 rue Youri Gagarine, 62100 Calais", limit: 1, autocomplete: 0 });
  const { features } = ban.parse(found);
  console.log(features[0].properties.geocoding?.label ?? features[0].properties.label);
})();
