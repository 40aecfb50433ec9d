// French words and numbers, as the rest of geoville writes them.

export const VERDICTS = { inside: "Dedans", outside: "Dehors", uncertain: "À vérifier", not_found: "Inconnu" };

export const BASES = {
  official: "D’après un contour officiel",
  estimated: "D’après une estimation, sans valeur réglementaire",
};

export const QUALITIES = { 1: "1, sûre", 2: "2, probable", 3: "3, aléatoire" };

export const POSITIONS = {
  coordinates: "coordonnées",
  housenumber: "numéro",
  place: "lieu",
  locality: "lieu",
  street: "rue",
  municipality: "commune",
};

export const KINDS = {
  qpv: "Quartier prioritaire (QPV)",
  candidat: "Quartier candidat",
  veille: "Quartier de veille active",
  vecu: "Quartier vécu",
  zus: "Zone urbaine sensible (ZUS)",
  cucs: "Quartier CUCS",
  npnru: "Secteur NPNRU",
  anru: "Quartier sous convention ANRU",
  zfu: "Zone franche urbaine (ZFU-TE)",
};

export const number = (value, decimals = 0) => value.toLocaleString("fr-FR", { maximumFractionDigits: decimals });

/** Metres under one kilometre, else kilometres to one decimal. */
export const distance = (metres) =>
  Math.round(metres) < 1000 ? `${number(Math.round(metres))}\u00a0m` : `${number(metres / 1000, 1)}\u00a0km`;

/** Where a signed distance to a limit is: negative inside. */
export function side(metres) {
  if (metres === 0) return "sur la limite";
  return `${distance(Math.abs(metres))} à l’${metres < 0 ? "intérieur" : "extérieur"}`;
}

/** A day of ISO 8601 in words. */
export function longDate(day) {
  const written = new Date(`${day}T12:00:00Z`).toLocaleDateString("fr-FR", { dateStyle: "long", timeZone: "UTC" });
  return written.replace(/^1 /, "1er ");
}

/** Days between which something holds, in words. */
export function period(start, end) {
  if (start && end) return `du ${longDate(start)} au ${longDate(end)}`;
  if (start) return `depuis le ${longDate(start)}`;
  return end ? `jusqu’au ${longDate(end)}` : "";
}

export const plural = (count, one, many) => `${number(count)}\u00a0${count > 1 ? many : one}`;
