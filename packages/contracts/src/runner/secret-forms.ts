/** The forms in which a secret could stand in a text and still be read back from it. Pure. */

/** Shorter forms would match ordinary words. */
export const SHORTEST_SECRET = 8;

/** What is left of a secret's base64 inside the base64 of a longer text, for each of the three alignments. */
function base64Cores(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const start = shift === 0 ? 0 : shift + 1;
    const remainder = (shift + bytes.length) % 3;
    return encoded.slice(start, remainder === 0 ? undefined : -1);
  });
}

const percentEncoded = (bytes: Buffer): string => bytes.toString("hex").replaceAll(/../g, "%$&");

/** Longest first, so that a form which holds another one is taken out as a whole. */
export function secretForms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString("hex");
  const cores = base64Cores(secret);
  const forms = [
    secret,
    encodeURIComponent(secret),
    percentEncoded(bytes),
    percentEncoded(bytes).toUpperCase(),
    JSON.stringify(secret).slice(1, -1),
    ...cores,
    ...cores.map((core) => core.replaceAll("+", "-").replaceAll("/", "_")),
    ...base64Cores(bytes.toString("base64")),
    hex,
    hex.toUpperCase(),
    hex.replaceAll(/..(?=.)/g, "$& "),
    Array.from(secret).toReversed().join(""),
    Array.from(secret).join(" "),
  ];
  return [...new Set(forms)].filter((form) => form.length >= SHORTEST_SECRET).sort((a, b) => b.length - a.length);
}
