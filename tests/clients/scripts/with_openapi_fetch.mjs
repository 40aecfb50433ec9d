import createClient from "openapi-fetch";

const client = createClient({ baseUrl: process.argv[2] });
const question = { q: "1 rue Youri Gagarine, 62100 Calais", on: "2026-01-15" };
const { data } = await client.GET("/lookup", { params: { query: question } });
console.log(data.verdict);
const { error } = await client.GET("/lookup", { params: { query: { lon: 1.9 } } });
console.log(error.status, error.type);
