/** A token that was handed out is a secret from then on, also after it was rotated. */
import type { TokenSource } from "@pilothouse/kubernetes/config/token-source";
import type { Secrets } from "../events/redaction.ts";

export function watchedToken(source: TokenSource, secrets: Secrets): TokenSource {
  return {
    token: async () => {
      const token = await source.token();
      if (token !== undefined) secrets.add(token);
      return token;
    },
    invalidate: () => source.invalidate(),
  };
}
