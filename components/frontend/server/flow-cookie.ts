/**
 * A sign-in that is on its way: what was sent to the provider, sealed in a cookie of the browser that began it, so that
 * an answer is only taken from there. Each has a cookie of its own: two tabs may sign in at once.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { type CookieOptions, cookiesOf, type KeyRing, setCookie } from "./key-ring.ts";
import { CALLBACK_PATH } from "./sign-in-paths.ts";

const LIFETIME_SECONDS = 600;
const PURPOSE = "flow";

const Pending = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  /** A path of ours to go on to. */
  next: z.string(),
  expiresAt: z.number(),
});
export type PendingFlow = Omit<z.infer<typeof Pending>, "expiresAt">;

export function createFlowCookies(keys: KeyRing, now: () => number = Date.now) {
  const nameOf = (mark: string, state: string): string =>
    `pilothouse-${mark}.flow-${createHash("sha256").update(state).digest("hex").slice(0, 12)}`;
  const [newest = ""] = keys.marks;
  return {
    keep(flow: PendingFlow, options: CookieOptions): string {
      const sealed = keys.seal(PURPOSE, JSON.stringify({ ...flow, expiresAt: now() + LIFETIME_SECONDS * 1000 }));
      const lifetime = `Max-Age=${LIFETIME_SECONDS}`;
      return setCookie(nameOf(newest, flow.state), sealed, { ...options, path: CALLBACK_PATH, lifetime });
    },
    /** The flow with this state, when this browser began it, and not long ago. */
    find(cookieHeader: string | undefined, state: string): PendingFlow | undefined {
      const values = new Map(cookiesOf(cookieHeader));
      for (const mark of keys.marks) {
        const text = keys.open(mark, PURPOSE, values.get(nameOf(mark, state)) ?? "");
        if (text === undefined) continue;
        const { expiresAt, ...flow } = Pending.parse(JSON.parse(text));
        if (flow.state === state && expiresAt > now()) return flow;
      }
      return undefined;
    },
    forget: (state: string, options: CookieOptions): string[] =>
      keys.marks.map((mark) =>
        setCookie(nameOf(mark, state), "", { ...options, path: CALLBACK_PATH, lifetime: "Max-Age=0" }),
      ),
  };
}
export type FlowCookies = ReturnType<typeof createFlowCookies>;
