import SwaggerClient from "swagger-client";

const url = process.argv[2];
const client = await SwaggerClient(`${url}/openapi-3.0.json`);
const { obj } = await client.apis.Verdict.lookup({ q: "1 rue Youri Gagarine, 62100 Calais", on: "2026-01-15" });
console.log(`verdict: ${obj.verdict}`);
