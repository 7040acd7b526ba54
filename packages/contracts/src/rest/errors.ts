/** The one shape of an error answer, in every component. */
import { z } from "zod";

export const ErrorBody = z.object({
  error: z.string().describe("What went wrong and what to do, as a sentence"),
  code: z.string().describe("Stable, upper case with underscores"),
  details: z.unknown().optional(),
});
export type ErrorBody = z.infer<typeof ErrorBody>;
