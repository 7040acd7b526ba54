// Bearer tokens, and where they come from. Projected tokens are replaced on disk well before they expire,
// so a file is read again every half minute, and at once after the server has refused the token.
import { readFile } from "node:fs/promises";
import { ConfigurationError } from "../errors.ts";

export interface TokenSource {
  /** The token for the next request, or undefined for none. */
  token(): Promise<string | undefined>;
  /** The server refused the token: do not hand it out from memory again. */
  invalidate(): void;
}

export function staticToken(token: string | undefined): TokenSource {
  return { token: async () => token, invalidate: () => {} };
}

const REREAD_AFTER_MILLISECONDS = 30_000;

export function tokenFromFile(path: string, now: () => number = Date.now): TokenSource {
  let cached: { token: string; readAt: number } | undefined;
  let reading: Promise<string> | undefined;

  const read = async (): Promise<string> => {
    try {
      const token = (await readFile(path, "utf8")).trim();
      if (token === "") throw new Error("the file is empty");
      cached = { token, readAt: now() };
      return token;
    } catch (error) {
      // Between two writes of the rotation an old token is better than none.
      if (cached !== undefined) return cached.token;
      throw new ConfigurationError("KUBECONFIG_UNREADABLE", `bearer token file ${path} cannot be read`, {
        cause: error,
      });
    } finally {
      reading = undefined;
    }
  };

  return {
    token: async () => {
      if (cached !== undefined && now() - cached.readAt < REREAD_AFTER_MILLISECONDS) return cached.token;
      reading ??= read();
      return reading;
    },
    invalidate: () => {
      if (cached !== undefined) cached = { ...cached, readAt: Number.NEGATIVE_INFINITY };
    },
  };
}
