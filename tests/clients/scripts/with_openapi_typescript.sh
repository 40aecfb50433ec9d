openapi-typescript "$1/openapi.json" -o geoville.d.ts >/dev/null
cat >ask.ts <<'TS'
import type { components, operations, paths } from "./geoville";

type Answer = paths["/lookup"]["get"]["responses"][200]["content"]["application/json"];
type Question = operations["lookup"]["parameters"]["query"];
export const question: Question = { q: "1 rue Youri Gagarine, 62100 Calais", on: "2026-01-15" };
export const verdict = (answer: components["schemas"]["LookupDocument"]): string => answer.verdict;
export const whole: Answer | null = null;
// @ts-expect-error a day is a text
export const wrong: Question = { q: "Calais", on: 2026 };
TS
tsc --noEmit --strict --skipLibCheck false ask.ts && echo compiled
