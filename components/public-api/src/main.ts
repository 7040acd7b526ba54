/** Starts the public API from its environment, and ends it in order. */
import process from "node:process";
import { EXIT_WITH_PARENT } from "@pilothouse/contracts";
import { ConfigurationProblem, loadConfiguration } from "./configuration.ts";
import { createLogger, describeError } from "./operations/logging.ts";
import { createPublicApi } from "./server.ts";

async function main(): Promise<void> {
  const configuration = loadConfiguration(process.env);
  const logger = createLogger(configuration.PILOTHOUSE_LOG_LEVEL);
  const app = await createPublicApi({ configuration, logger });

  const { promise: asked, resolve: end } = Promise.withResolvers<string>();
  process.once("SIGTERM", () => end("SIGTERM"));
  process.once("SIGINT", () => end("SIGINT"));
  if (process.env[EXIT_WITH_PARENT] === "1") {
    process.stdin.once("close", () => end("the parent has gone"));
    process.stdin.once("end", () => end("the parent has gone"));
    process.stdin.on("error", () => end("the parent has gone"));
    process.stdin.resume();
    process.once("disconnect", () => end("the parent has gone"));
  }
  const address = await app.listen({ host: configuration.HOST, port: configuration.PORT });
  logger.info({ address, backend: configuration.BACKEND_URL.href }, "serving");

  const reason = await asked;
  logger.info({ reason }, "ending");
  const late = setTimeout(() => {
    logger.warn("requests did not end in time");
    process.exit(0);
  }, configuration.SHUTDOWN_SECONDS * 1000);
  await app.close();
  clearTimeout(late);
  process.exit(0);
}

try {
  await main();
} catch (error) {
  if (error instanceof ConfigurationProblem) {
    process.stderr.write(`pilothouse-public-api: ${error.message}\n`);
    process.exit(2);
  }
  process.stderr.write(`${JSON.stringify({ level: "fatal", component: "public-api", error: describeError(error) })}\n`);
  process.exit(1);
}
