import { OgcApiEndpoint } from "@camptocamp/ogc-client";

const endpoint = new OgcApiEndpoint(process.argv[2]);
console.log((await endpoint.allCollections).map(({ name }) => name).slice(0, 3).join(","));
console.log((await endpoint.getCollectionItems("cells-2019", 4)).length);
console.log((await endpoint.getCollectionInfo("candidat")).title);
