/**
 * What counts as a secret in outgoing text: values that this session knows, and the shapes of well-known keys. A rule
 * also says which end of a text may be the beginning of a secret, so that one that is split over two deltas is caught.
 */

import { secretForms, SHORTEST_SECRET } from "@pilothouse/contracts/runner/secret-forms";

export interface SecretRule {
  /** Global; every match is replaced. */
  readonly complete: RegExp;
  /** Where a match that reaches the end of the text, or may still begin there, starts; undefined = nowhere. */
  pending(text: string): number | undefined;
}

const escape = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);

/** A known value, also in the encodings in which tools show values. */
export function literalRules(value: string): SecretRule[] {
  if (value.length < SHORTEST_SECRET) return [];
  return secretForms(value).map((form) => ({
    complete: new RegExp(escape(form), "g"),
    pending: (text) => overlap(text, form),
  }));
}

/** Where the longest end of `text` begins that is a proper beginning of `form`. */
function overlap(text: string, form: string): number | undefined {
  for (let start = Math.max(0, text.length - form.length + 1); start < text.length; start++) {
    if (form.startsWith(text.slice(start))) return start;
  }
  return undefined;
}

/** A key with a fixed beginning and then at least `least` characters of a class. */
function tokenRule(prefix: string, body: string, least: number): SecretRule {
  const complete = new RegExp(`(?<![A-Za-z0-9])${escape(prefix)}${body}{${least},}`, "g");
  const started = new RegExp(`(?<![A-Za-z0-9])${escape(prefix)}${body}*$`);
  return {
    complete,
    pending: (text) => {
      const found = started.exec(text);
      return found === null ? overlap(text, prefix) : found.index;
    },
  };
}

const PRIVATE_KEY_BEGIN = "-----BEGIN ";
const OPEN_PRIVATE_KEY = /^-----BEGIN [A-Z ]*PRIVATE KEY-----(?![\s\S]*-----END [A-Z ]*PRIVATE KEY-----)/;
const privateKeyRule: SecretRule = {
  complete: /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g,
  pending: (text) => {
    const start = text.lastIndexOf(PRIVATE_KEY_BEGIN);
    if (start === -1) return overlap(text, PRIVATE_KEY_BEGIN);
    const block = text.slice(start);
    // A header that is still being written, or a key whose end has not come.
    const mayGoOn = /^-----BEGIN [A-Z ]*-{0,4}$/.test(block) || OPEN_PRIVATE_KEY.test(block);
    return mayGoOn ? start : overlap(text, PRIVATE_KEY_BEGIN);
  },
};

/** Shapes of keys that providers and forges give out. */
export const WELL_KNOWN_RULES: readonly SecretRule[] = [
  tokenRule("sk-ant-", "[A-Za-z0-9_-]", 20),
  tokenRule("sk-proj-", "[A-Za-z0-9_-]", 20),
  tokenRule("sk-lf-", "[A-Za-z0-9-]", 20),
  tokenRule("sk_live_", "[A-Za-z0-9]", 16),
  tokenRule("lsv2_", "[A-Za-z0-9_]", 20),
  tokenRule("AIza", "[A-Za-z0-9_-]", 30),
  tokenRule("ghp_", "[A-Za-z0-9]", 30),
  tokenRule("gho_", "[A-Za-z0-9]", 30),
  tokenRule("ghu_", "[A-Za-z0-9]", 30),
  tokenRule("ghs_", "[A-Za-z0-9]", 30),
  tokenRule("ghr_", "[A-Za-z0-9]", 30),
  tokenRule("github_pat_", "[A-Za-z0-9_]", 30),
  tokenRule("glpat-", "[A-Za-z0-9_-]", 20),
  tokenRule("xoxb-", "[A-Za-z0-9-]", 20),
  tokenRule("xoxp-", "[A-Za-z0-9-]", 20),
  tokenRule("xapp-", "[A-Za-z0-9-]", 20),
  tokenRule("npm_", "[A-Za-z0-9]", 30),
  tokenRule("AKIA", "[A-Z0-9]", 16),
  tokenRule("ASIA", "[A-Z0-9]", 16),
  // A JSON web token: header and payload are base64url of objects, so both begin with eyJ.
  tokenRule("eyJ", String.raw`[A-Za-z0-9_.-]`, 60),
  privateKeyRule,
];
