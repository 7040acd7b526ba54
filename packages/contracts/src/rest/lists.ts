/** How every list is asked for and answered: paged, searched, sorted and filtered on the server. */
import { z } from "zod";

export const DEFAULT_LIMIT = 20;
export const MAXIMUM_LIMIT = 100;

const WholeNumber = z
  .string()
  .regex(/^[+-]?\d+$/, "must be a whole number")
  .meta({ type: "integer", pattern: undefined });

/** Beyond any list, and still a number that is exactly itself. */
const FURTHEST = 999_999_999_999_999;

const within = (text: string, least: number, most: number): number => Math.min(most, Math.max(least, Number(text)));

/** How many items are wanted. */
export function limitOr(usual: number) {
  return WholeNumber.optional()
    .transform((text) => within(text ?? String(usual), 1, MAXIMUM_LIMIT))
    .describe(`Items at most, ${usual} when absent; brought into 1–${MAXIMUM_LIMIT}`);
}

export const ListQuery = z.object({
  limit: limitOr(DEFAULT_LIMIT),
  offset: WholeNumber.optional()
    .transform((text) => within(text ?? "0", 0, FURTHEST))
    .describe("How many items to skip"),
  continue: z
    .string()
    .regex(/^\d{1,15}$/, "must be the nextOffset of a page")
    .optional()
    .describe("nextOffset of the page before; wins over offset"),
  search: z.string().max(200).optional().describe("Case-insensitive substring"),
});
export type ListQuery = z.output<typeof ListQuery> & { readonly sort?: string | undefined };

/** `sort` of a list that can be ordered by these fields. */
export function sortBy<const Field extends string>(...fields: readonly Field[]) {
  return z
    .enum([...fields, ...fields.map((field): `-${Field}` => `-${field}`)])
    .optional()
    .describe("A field name; - before it sorts descending. Newest first when absent");
}

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
