/** The question to the user by which an agent gets a session of its own, and the answer to it. Pure. */
import type { Interrupt, ResumeEntry } from "@ag-ui/core";
import { z } from "zod";
import { ChildSessionWish } from "./tools.ts";

const SessionName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/)
  .max(63);

export const ChildSessionDecision = z.discriminatedUnion("decision", [
  z.object({ decision: z.literal("allow"), sessionName: SessionName }),
  z.object({ decision: z.literal("deny"), message: z.string().max(4000).optional() }),
]);
export type ChildSessionDecision = z.infer<typeof ChildSessionDecision>;

/** Undefined when the wish cannot be read: the tool itself says what is wrong with it. */
export function childSessionInterrupt(id: string, toolCallId: string, input: unknown): Interrupt | undefined {
  const wish = ChildSessionWish.safeParse(input);
  if (!wish.success) return undefined;
  const { prompt, displayName } = wish.data;
  return {
    id,
    reason: "child_session",
    message: `Start a session: ${displayName ?? prompt.slice(0, 200)}`,
    toolCallId,
    responseSchema: z.toJSONSchema(ChildSessionDecision),
    metadata: { session: wish.data },
  };
}

export function childSessionDecision(entry: ResumeEntry): ChildSessionDecision {
  if (entry.status === "cancelled") return { decision: "deny" };
  const decision = ChildSessionDecision.safeParse(entry.payload);
  return decision.success ? decision.data : { decision: "deny", message: "The user's answer could not be read." };
}

/** What the agent hears when there is no session. */
export function declinedWords(decision: Extract<ChildSessionDecision, { decision: "deny" }>): string {
  const words = decision.message ?? "";
  return words === "" ? "The user did not start this session." : `The user did not start this session: ${words}`;
}
