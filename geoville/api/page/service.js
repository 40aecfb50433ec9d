// Questions to the service. Addresses go in the body of a request, never in its URL.

/** A refusal of the service, in its own French sentence. */
export class Refused extends Error {}

/** Ask and read a JSON answer. `signal` may give up. */
export async function getJson(path, signal) {
  return (await answered(path, { signal })).json();
}

/** Ask with a JSON body. */
export async function post(path, body, { signal, accept = "application/json" } = {}) {
  const headers = { "Content-Type": "application/json", Accept: accept };
  return answered(path, { method: "POST", headers, body: JSON.stringify(body), signal });
}

/** Send a form that holds a file. */
export const upload = (path, form, signal, headers = {}) => answered(path, { method: "POST", body: form, signal, headers });

async function answered(path, options) {
  let response;
  try {
    response = await fetch(path, { ...options, cache: options.method ? "no-store" : "default" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused("Le service ne répond pas. Réessayer dans un instant.");
  }
  if (!response.ok) throw new Refused(await refusal(response));
  return response;
}

/** The sentence of a refusal. */
async function refusal(response) {
  const problem = await response.json().catch(() => ({}));
  return problem.detail ?? `Le service a refusé la demande (${response.status}).`;
}

/** The answer about one question: an address `q`, or a point `lon` and `lat`; on a day, "" for today. */
export async function lookUp(question, on) {
  const response = await post("lookup", { questions: [question], ...(on && { on }) });
  const [{ answer, problem }] = (await response.json()).answers;
  if (problem) throw new Refused(problem.detail);
  return answer;
}
