import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";

const base = process.argv[2];
const described = await (await fetch(`${base}/tiles/cells-2019.json`)).json();
const tile = described.tiles[0].replace("{z}", 12).replace("{x}", 2069).replace("{y}", 1372);
const { layers } = new VectorTile(new PbfReader(new Uint8Array(await (await fetch(tile)).arrayBuffer())));
console.log(Object.keys(layers).join(","), layers["cells-2019"].length > 400, described.vector_layers[0].id);
