/** flags.json: the feature flags of an installation, where no flag service is configured. */
import { z } from "zod";

export const FlagDefinition = z.object({
  name: z
    .string()
    .max(200)
    .regex(/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/),
  description: z.string().max(500).default(""),
  enabled: z.boolean(),
});

export const FlagManifest = z.object({ version: z.int().min(1), flags: z.array(FlagDefinition) });
export type FlagManifest = z.infer<typeof FlagManifest>;
