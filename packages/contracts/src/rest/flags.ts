/** Feature flags of a project: the platform's value, and the project's own. */
import { z } from "zod";
import { itemsOf } from "./lists.ts";

export const FlagName = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/);

export const FlagSource = z.enum(["workspace-override", "default", "unleash"]);

export const FlagEvaluation = z
  .object({ flag: z.string(), enabled: z.boolean(), source: FlagSource })
  .meta({ id: "FlagEvaluation" });
export type FlagEvaluation = z.infer<typeof FlagEvaluation>;

export const FlagState = FlagEvaluation.extend({
  description: z.string(),
  default: z.boolean().describe("The value without the project's override"),
  override: z.boolean().nullable(),
}).meta({ id: "Flag" });
export type FlagState = z.infer<typeof FlagState>;
export const FlagList = itemsOf(FlagState);

export const FlagOverrideRequest = z.strictObject({ enabled: z.boolean() });
