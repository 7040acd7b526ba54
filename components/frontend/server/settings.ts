/** What the UI server is told by its environment. */
import { readFileSync } from "node:fs";
import { BlockList, isIP, isIPv6 } from "node:net";
import { z } from "zod";
import type { ProviderSettings } from "./provider.ts";

const Environment = z.object({
  PILOTHOUSE_BACKEND_URL: z.url({ protocol: /^https?$/ }).describe("Base URL of the backend, without /api"),
  PILOTHOUSE_COOKIE_KEY_FILE: z
    .string()
    .min(1)
    .describe(
      "File with at least 32 random bytes, made when absent; after a comma, files of former keys that still open",
    ),
  PILOTHOUSE_LOGIN_CODES_DIR: z.string().min(1).optional().describe("Where one-time sign-in codes lie; absent = none"),
  PILOTHOUSE_EXIT_WITH_PARENT: z.string().optional(),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  HOSTNAME: z.string().default("127.0.0.1"),
  PILOTHOUSE_OIDC_ISSUER: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("OpenID Connect provider; absent = none"),
  PILOTHOUSE_OIDC_CLIENT_ID: z.string().min(1).optional(),
  PILOTHOUSE_OIDC_CLIENT_SECRET_FILE: z
    .string()
    .min(1)
    .optional()
    .describe("Absent = a public client, with PKCE alone"),
  PILOTHOUSE_OIDC_SCOPE: z.string().default("openid profile email offline_access"),
  PILOTHOUSE_OIDC_TOKEN: z
    .enum(["id_token", "access_token"])
    .default("id_token")
    .describe("Which of the provider's tokens the cluster's API server takes"),
  PILOTHOUSE_OIDC_NAME: z.string().min(1).max(60).default("single sign-on").describe("The provider's name on the page"),
  PILOTHOUSE_PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("Where browsers reach the UI; OIDC needs it"),
  PILOTHOUSE_TRUSTED_PROXIES: z
    .string()
    .optional()
    .describe(
      "Addresses and ranges, separated by commas, whose X-Forwarded-Access-Token is believed; absent = nobody's",
    ),
  PILOTHOUSE_PROXY_SIGN_OUT_URL: z.string().min(1).optional().describe("Where such a proxy signs people out"),
  PILOTHOUSE_GALLERY: z.string().optional().describe("1 serves /gallery, the page of all message kinds, to anybody"),
});

export interface Settings {
  backendUrl: URL;
  /** The newest first. */
  cookieKeyFiles: string[];
  provider: ProviderSettings | undefined;
  trustedProxies: BlockList | undefined;
  proxySignOutUrl: string | undefined;
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
    cookieKeyFiles: listOf(values.PILOTHOUSE_COOKIE_KEY_FILE),
    provider: providerOf(values),
    trustedProxies:
      values.PILOTHOUSE_TRUSTED_PROXIES === undefined ? undefined : rangesOf(values.PILOTHOUSE_TRUSTED_PROXIES),
    proxySignOutUrl: values.PILOTHOUSE_PROXY_SIGN_OUT_URL,
    loginCodesDir: values.PILOTHOUSE_LOGIN_CODES_DIR,
    exitWithParent: values.PILOTHOUSE_EXIT_WITH_PARENT === "1",
    port: values.PORT,
    hostname: values.HOSTNAME,
    gallery: values.PILOTHOUSE_GALLERY === "1",
  };
}

function listOf(text: string): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function providerOf(values: z.infer<typeof Environment>): ProviderSettings | undefined {
  if (values.PILOTHOUSE_OIDC_ISSUER === undefined) return undefined;
  const { PILOTHOUSE_OIDC_CLIENT_ID: clientId, PILOTHOUSE_PUBLIC_URL: publicUrl } = values;
  if (clientId === undefined || publicUrl === undefined)
    throw new Error(
      "the UI server cannot start: PILOTHOUSE_OIDC_ISSUER needs PILOTHOUSE_OIDC_CLIENT_ID and PILOTHOUSE_PUBLIC_URL beside it",
    );
  const issuer = new URL(values.PILOTHOUSE_OIDC_ISSUER);
  if (issuer.protocol !== "https:" && !["127.0.0.1", "localhost", "[::1]"].includes(issuer.hostname))
    throw new Error("the UI server cannot start: PILOTHOUSE_OIDC_ISSUER must be https, or http on this machine");
  const secretFile = values.PILOTHOUSE_OIDC_CLIENT_SECRET_FILE;
  return {
    issuer,
    clientId,
    clientSecret: secretFile === undefined ? undefined : readFileSync(secretFile, "utf8").trim(),
    scope: values.PILOTHOUSE_OIDC_SCOPE,
    token: values.PILOTHOUSE_OIDC_TOKEN,
    label: values.PILOTHOUSE_OIDC_NAME,
    publicUrl: new URL(publicUrl),
  };
}

function rangesOf(text: string): BlockList {
  const ranges = new BlockList();
  for (const range of listOf(text)) {
    const [address = "", bits] = range.split("/");
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    const length = Number(bits);
    const isGood =
      isIP(address) !== 0 && (bits === undefined || (/^\d+$/.test(bits) && length <= (family === "ipv6" ? 128 : 32)));
    if (!isGood)
      throw new Error(`the UI server cannot start: PILOTHOUSE_TRUSTED_PROXIES: ${range} is no address or range`);
    if (bits === undefined) ranges.addAddress(address, family);
    else ranges.addSubnet(address, length, family);
  }
  return ranges;
}
