/** Starts the backend from its environment, and ends it in order. */
import process from "node:process";
import { EXIT_WITH_PARENT } from "@pilothouse/contracts";
import { ConfigurationProblem, loadConfiguration } from "./configuration.ts";
import { openAudit } from "./operations/audit.ts";
import { createLogger, describeError } from "./operations/logging.ts";
import { createBackend } from "./server.ts";
import { openStore } from "./store/open.ts";

async function main(): Promise<void> {
  const configuration = loadConfiguration(process.env);
  const { environment } = configuration;
  const logger = createLogger(environment.PILOTHOUSE_LOG_LEVEL);
  const store = await openStore(environment);
  const audit = openAudit(environment.AUDIT_LOG);
  const app = await createBackend({ configuration, store, logger, audit: audit.sink });

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
  const address = await app.listen({ host: environment.HOST, port: environment.PORT });
  logger.info({ address, kubernetes: configuration.kubernetes.server }, "serving");

  const reason = await asked;
  logger.info({ reason }, "ending");
  const late = setTimeout(() => {
    logger.warn("requests did not end in time");
    process.exit(0);
  }, environment.SHUTDOWN_SECONDS * 1000);
  await app.close();
  await store.close();
  await audit.close();
  clearTimeout(late);
  process.exit(0);
}

try {
  await main();
} catch (error) {
  if (error instanceof ConfigurationProblem) {
    process.stderr.write(`pilothouse-backend: ${error.message}\n`);
    process.exit(2);
  }
  process.stderr.write(`${JSON.stringify({ level: "fatal", component: "backend", error: describeError(error) })}\n`);
  process.exit(1);
}
