/** The public API's configuration: environment variables, checked at the start. docs/guide/public-api.md has them as a table. */
import { TracingEnvironment, readEnvironment } from "@pilothouse/server";
import { z } from "zod";

const Count = (maximum: number) => z.coerce.number().int().min(1).max(maximum);

export const Configuration = z.object({
  HOST: z.string().min(1).default("0.0.0.0").describe("Address to listen on"),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080).describe("Port to listen on; 0 = any free one"),
  BACKEND_URL: z
    .url({ protocol: /^https?$/, error: "must be the http or https address of the backend" })
    .refine((url) => URL.canParse(url) && new URL(url).username === "", "must not hold credentials")
    .transform((url) => new URL(url))
    .describe("Where the backend is"),
  BACKEND_TIMEOUT_SECONDS: z.coerce
    .number()
    .min(0.05)
    .max(600)
    .default(60)
    .describe("Longest wait for an answer of the backend, or for a stream to begin"),
  RATE_LIMIT_PER_TOKEN: Count(1_000_000).default(1200).describe("Requests per minute of one token"),
  RATE_LIMIT_PER_TOKEN_BURST: Count(100_000).default(300).describe("Requests of one token that may come at once"),
  RATE_LIMIT_PER_ADDRESS: Count(1_000_000).default(3000).describe("Requests per minute from one address"),
  RATE_LIMIT_PER_ADDRESS_BURST: Count(100_000).default(600).describe("Requests from one address that may come at once"),
  STREAMS_PER_TOKEN: Count(100_000).default(50).describe("Event streams that one token may hold open"),
  TRUSTED_PROXIES: z.coerce
    .number()
    .int()
    .min(0)
    .max(16)
    .default(0)
    .describe("Proxies in front whose X-Forwarded-For is believed; 0 = the connection's address counts"),
  ...TracingEnvironment.shape,
  PILOTHOUSE_LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
  SHUTDOWN_SECONDS: z.coerce.number().min(0).max(600).default(10).describe("Longest wait for requests at the end"),
});
export type Configuration = z.output<typeof Configuration>;

/** @throws ConfigurationProblem */
export function loadConfiguration(variables: Readonly<Record<string, string | undefined>>): Configuration {
  return readEnvironment(Configuration, variables);
}
