/** How every list is asked for and answered: paged, searched, sorted and filtered on the server. */
import { z } from "zod";

export const DEFAULT_LIMIT = 20;
export const MAXIMUM_LIMIT = 100;

const WholeNumber = z
  .string()
  .regex(/^[+-]?\d{1,15}$/, "must be a whole number")
  .meta({ type: "integer", pattern: undefined });

export const ListQuery = z.object({
  limit: WholeNumber.optional()
    .transform((text) => Math.min(MAXIMUM_LIMIT, Math.max(1, Number(text ?? DEFAULT_LIMIT))))
    .describe(`Items per page, ${DEFAULT_LIMIT} when absent; brought into 1–${MAXIMUM_LIMIT}`),
  offset: WholeNumber.optional()
    .transform((text) => Math.max(0, Number(text ?? 0)))
    .describe("How many items to skip"),
  continue: z.string().max(100).optional().describe("nextOffset of the page before; wins over offset"),
  search: z.string().max(200).optional().describe("Case-insensitive substring"),
  sort: z
    .string()
    .max(50)
    .regex(/^-?[A-Za-z][A-Za-z.]*$/, "must be a field name, with - before it for descending order")
    .optional()
    .describe("A field name; - before it sorts descending. Newest first when absent"),
});
export type ListQuery = z.output<typeof ListQuery>;

/** One page of a list of `item`. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    totalCount: z.int().min(0).describe("Over everything that matches, not over this page"),
    limit: z.int().min(1).max(MAXIMUM_LIMIT),
    offset: z.int().min(0),
    hasMore: z.boolean(),
    nextOffset: z.int().min(0).optional(),
  });
}
export type Page<T> = {
  items: T[];
  totalCount: number;
  limit: number;
  offset: number;
  hasMore: boolean;
  nextOffset?: number;
};

/** A short list that is always given whole. */
export function itemsOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item) });
}
