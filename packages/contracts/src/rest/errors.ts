/** The one shape of an error answer, in every component. */
import { z } from "zod";

export const ErrorBody = z
  .object({
    error: z.string().describe("What went wrong and what to do, as a sentence"),
    code: z.string().describe("Stable, upper case with underscores"),
    details: z.unknown().optional().describe("Machine-readable facts, such as issues[] or phase"),
  })
  .meta({ id: "Error" });
export type ErrorBody = z.infer<typeof ErrorBody>;

/** One entry of `details.issues` of a 400 or 422. */
export const ValidationIssue = z.object({
  in: z.enum(["body", "query", "path", "headers"]).optional(),
  path: z.string().describe("Dotted path of the field, empty for the whole"),
  message: z.string(),
});
export type ValidationIssue = z.infer<typeof ValidationIssue>;
