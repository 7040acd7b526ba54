/** Search within one conversation. */
import { z } from "zod";

export const SearchQuery = z.object({
  q: z.string().min(1).max(200).describe("Case-insensitive substring"),
  limit: z
    .string()
    .regex(/^\d{1,6}$/, "must be a whole number")
    .meta({ type: "integer", pattern: undefined })
    .optional()
    .transform((text) => Math.min(100, Math.max(1, Number(text ?? 50))))
    .describe("Most messages to answer with, 50 when absent; brought into 1–100"),
});

export const SearchHit = z
  .object({
    seq: z.int().min(1).describe("The event with which the message begins"),
    messageId: z.string(),
    role: z.string(),
    snippet: z.string().describe("What stands around the first place where it was found, on one line"),
  })
  .meta({ id: "SearchHit" });
export type SearchHit = z.infer<typeof SearchHit>;

export const SearchAnswer = z.object({
  items: z.array(SearchHit).describe("In the order of the conversation"),
  hasMore: z.boolean(),
});
