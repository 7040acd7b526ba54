/** What the UI server is told by its environment. */
import { z } from "zod";

const Environment = z.object({
  PILOTHOUSE_BACKEND_URL: z.url({ protocol: /^https?$/ }).describe("Base URL of the backend, without /api"),
  PILOTHOUSE_COOKIE_KEY_FILE: z.string().min(1).describe("File with at least 32 random bytes; made when absent"),
  PILOTHOUSE_LOGIN_CODES_DIR: z.string().min(1).optional().describe("Where one-time sign-in codes lie; absent = none"),
  PILOTHOUSE_EXIT_WITH_PARENT: z.string().optional(),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  HOSTNAME: z.string().default("127.0.0.1"),
  PILOTHOUSE_GALLERY: z.string().optional().describe("1 serves /gallery, the page of all message kinds, to anybody"),
});

export interface Settings {
  backendUrl: URL;
  cookieKeyFile: string;
  loginCodesDir: string | undefined;
  exitWithParent: boolean;
  port: number;
  hostname: string;
  gallery: boolean;
}

/** Reads the environment; throws one error that names everything that is wrong. */
export function readSettings(environment: Record<string, string | undefined>): Settings {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`the UI server cannot start: ${problems.join("; ")}`);
  }
  const values = parsed.data;
  return {
    backendUrl: new URL(values.PILOTHOUSE_BACKEND_URL),
    cookieKeyFile: values.PILOTHOUSE_COOKIE_KEY_FILE,
    loginCodesDir: values.PILOTHOUSE_LOGIN_CODES_DIR,
    exitWithParent: values.PILOTHOUSE_EXIT_WITH_PARENT === "1",
    port: values.PORT,
    hostname: values.HOSTNAME,
    gallery: values.PILOTHOUSE_GALLERY === "1",
  };
}
