/** Search within one conversation. */
import { z } from "zod";
import { limitOr } from "./lists.ts";

export const SearchQuery = z.object({
  q: z.string().min(1).max(200).describe("Case-insensitive substring"),
  limit: limitOr(50),
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
