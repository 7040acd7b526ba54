/** models.json: the models on offer; a model's provider decides which runner type serves it. */
import { z } from "zod";

export const ModelEntry = z.object({
  id: z.string().min(1).max(200),
  label: z.string().min(1).max(200),
  provider: z.string().min(1),
  available: z.boolean().default(true),
  featureGated: z.boolean().default(false).describe("Shown only when flag model.<id>.enabled is on"),
});
export type ModelEntry = z.infer<typeof ModelEntry>;

export const ModelManifest = z
  .object({
    version: z.int().min(1),
    defaultModel: z.string(),
    providerDefaults: z.record(z.string(), z.string()),
    models: z.array(ModelEntry).min(1),
  })
  .superRefine((manifest, context) => {
    const byId = new Map(manifest.models.map((model) => [model.id, model]));
    if (!byId.has(manifest.defaultModel)) {
      context.addIssue({ code: "custom", path: ["defaultModel"], message: `unknown model ${manifest.defaultModel}` });
    }
    for (const [provider, id] of Object.entries(manifest.providerDefaults)) {
      if (byId.get(id)?.provider !== provider) {
        context.addIssue({
          code: "custom",
          path: ["providerDefaults", provider],
          message: `${id} is not a model of ${provider}`,
        });
      }
    }
  });
export type ModelManifest = z.infer<typeof ModelManifest>;
