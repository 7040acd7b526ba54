/** What one answer of a model cost in tokens, as its provider says. Every provider's words are turned into these. */

export interface Reading {
  readonly model: string | undefined;
  /** Read at the full price: neither from the prompt cache nor into it. */
  readonly freshTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  /** Whether a part had to be guessed, because the answer was cut before the provider said its numbers. */
  readonly estimated: boolean;
}

/** Follows one answer. `see` takes each JSON value of it, in order. */
export interface Meter {
  see(value: unknown): void;
  /** @param complete false when the answer was cut off */
  read(complete: boolean): Reading | undefined;
}

/** A token is about four characters of English or code. */
export function guessTokens(characters: number): number {
  return Math.ceil(characters / 4);
}
