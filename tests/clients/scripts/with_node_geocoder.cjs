const NodeGeocoder = require("node-geocoder");

const url = process.argv[2];
const geocoder = NodeGeocoder({ provider: "opendatafrance" });
geocoder._geocoder._endpoint = `${url}/search`; // it has no option for its address
geocoder._geocoder._endpoint_reverse = `${url}/reverse`;
(async () => {
  const [found] = await geocoder.geocode("1 rue Youri Gagarine, 62100 Calais");
  console.log(found.streetNumber, found.streetName, found.zipcode, found.city);
  const [near] = await geocoder.reverse({ lat: found.latitude, lon: found.longitude });
  console.log(near.streetName);
})();
