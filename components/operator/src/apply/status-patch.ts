// The smallest merge patch between the fields that a controller owns as they are and as they should be.
import { isDeepStrictEqual } from "node:util";

type Fields = Readonly<Record<string, unknown>>;

/** Undefined when nothing differs. An absent field is removed by null, as a merge patch does. */
export function fieldsPatch<F extends string>(
  live: Partial<Record<F, unknown>> | undefined,
  wanted: Partial<Record<F, unknown>>,
  owned: readonly F[],
): Fields | undefined {
  const patch: Record<string, unknown> = {};
  for (const field of owned) {
    const now = live?.[field];
    const next = wanted[field];
    if (!isDeepStrictEqual(plain(now), plain(next))) patch[field] = next ?? null;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** As it looks after a journey through JSON: undefined fields are not there. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
