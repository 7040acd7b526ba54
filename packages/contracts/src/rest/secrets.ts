/** Write-only secrets of a project: which keys are set is readable, their values never are. */
import { z } from "zod";

export const RUNNER_SECRET_KEYS = ["ANTHROPIC_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY", "OPENAI_API_KEY"] as const;

/** Integration keys that the platform itself knows; any other name of the right form may be set as well. */
export const INTEGRATION_SECRET_KEYS = [
  "GITHUB_TOKEN",
  "GITLAB_TOKEN",
  "GITLAB_INSTANCE_URL",
  "JIRA_URL",
  "JIRA_EMAIL",
  "JIRA_API_TOKEN",
] as const;

const SecretValue = z
  .string()
  .min(1)
  .max(65_536)
  .regex(/^[^\u0000]*$/)
  .nullable()
  .describe("null deletes the key");

export const UpdateRunnerSecretsRequest = z.strictObject({
  data: z.strictObject(
    Object.fromEntries(RUNNER_SECRET_KEYS.map((key) => [key, SecretValue.optional()])) as Record<
      (typeof RUNNER_SECRET_KEYS)[number],
      z.ZodOptional<typeof SecretValue>
    >,
  ),
});

export const IntegrationSecretName = z
  .string()
  .max(253)
  .regex(/^[A-Z_][A-Z0-9_]*$/, "must be upper case letters, digits and underscores");
export const UpdateIntegrationSecretsRequest = z.strictObject({ data: z.record(IntegrationSecretName, SecretValue) });

export const SecretKeyState = z
  .object({ name: z.string(), set: z.boolean(), updatedAt: z.string().nullable() })
  .meta({ id: "SecretKeyState" });
export type SecretKeyState = z.infer<typeof SecretKeyState>;
export const SecretKeysAnswer = z.object({ keys: z.array(SecretKeyState) });
export type SecretKeysAnswer = z.infer<typeof SecretKeysAnswer>;

export const IntegrationId = z.enum(["github", "gitlab", "jira"]);
export type IntegrationId = z.infer<typeof IntegrationId>;

const found = {
  checkedAt: z.string().describe("When the credential was last tested"),
  account: z.string().optional().describe("Whom the service says the credential belongs to"),
  message: z.string().optional().describe("Why it is not valid"),
};

/** One service, and whether the project has a credential for it that works. */
export const IntegrationState = z
  .object({
    id: IntegrationId,
    configured: z.boolean(),
    updatedAt: z.string().nullable(),
    valid: z.boolean().optional().describe("Absent when it was never tested"),
    ...found,
    checkedAt: found.checkedAt.optional(),
  })
  .meta({ id: "Integration" });
export type IntegrationState = z.infer<typeof IntegrationState>;
export const IntegrationsAnswer = z.object({ items: z.array(IntegrationState) });

export const IntegrationTest = z
  .object({ id: IntegrationId, configured: z.boolean(), valid: z.boolean(), ...found })
  .meta({ id: "IntegrationTest" });
export type IntegrationTest = z.infer<typeof IntegrationTest>;
