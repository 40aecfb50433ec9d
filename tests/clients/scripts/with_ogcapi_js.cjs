const { FeatureService } = require("@ogcapi-js/features");

(async () => {
  const service = new FeatureService({ baseUrl: process.argv[2] });
  const { collections } = await service.getCollections();
  console.log(collections.slice(0, 3).map(({ id }) => id).join(","));
  const page = await service.getFeatures("cells-2019", { limit: 5, bbox: [1.85, 50.94, 1.87, 50.96] });
  console.log(page.numberReturned);
})();
