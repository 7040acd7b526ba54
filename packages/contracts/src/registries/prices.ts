/** prices.json: what a million tokens cost, for the broker's account. US dollars. */
import { z } from "zod";

const Price = z.number().min(0);

const Rates = z.object({
  inputPerMillion: Price,
  outputPerMillion: Price,
  cacheReadPerMillion: Price.optional().describe("Default: inputPerMillion"),
  cacheWritePerMillion: Price.optional().describe("Default: inputPerMillion"),
});

export const ModelPrice = Rates.extend({
  model: z.string().min(1).describe("Model id, or a prefix of it that ends in *"),
  longPrompt: Rates.extend({
    overTokens: z.int().min(1).describe("Of the prompt, what was cached included"),
  })
    .optional()
    .describe("What all tokens of a request cost whose prompt is longer"),
  source: z.string().optional().describe("Where the price was read, and when"),
});

export const PriceTable = z.object({
  version: z.int().min(1),
  currency: z.literal("USD"),
  prices: z.array(ModelPrice),
});
export type PriceTable = z.infer<typeof PriceTable>;
