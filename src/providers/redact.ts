// Takes credentials out of a text that somebody else wrote, before it becomes part of an error message. Pure.

const TOKEN_LIKE = /\b(bearer|basic)\s+[\w.~+/=-]+|\beyJ[\w-]+\.[\w-]*(\.[\w-]*)?/gi;

/** Foreign texts can be whole pages; a message is read by people. */
const LONGEST = 800;

export function redact(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length > 0) clean = clean.replaceAll(secret, '[redacted]');
  }
  clean = clean.replace(TOKEN_LIKE, '[redacted]').trim();
  return clean.length > LONGEST ? `${clean.slice(0, LONGEST)}…` : clean;
}
