// The operator's process: flags in, signals in, exit code out.
import { EXIT_WITH_PARENT } from "@pilothouse/contracts";
import { pino } from "pino";
import { loadConfiguration } from "./configuration/configuration.ts";
import { OperatorError } from "./errors.ts";
import { startOperator } from "./operator.ts";

const EXIT_USAGE = 64;

try {
  const configuration = await loadConfiguration(process.argv.slice(2), process.env);
  const logger = pino({
    name: "operator",
    level: configuration.logLevel,
    serializers: { error: pino.stdSerializers.err },
    redact: ["*.token", "*.authorization", "headers.authorization"],
  });
  const operator = await startOperator(configuration, logger);
  logger.info({ healthPort: operator.healthPort }, "the operator is up");

  let stopping = false;
  const stop = (why: string): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ why }, "stopping");
    operator.stop().catch((error: unknown) => {
      logger.error({ error }, "stopping failed");
      process.exitCode = 1;
    });
  };
  process.once("SIGTERM", () => stop("SIGTERM"));
  process.once("SIGINT", () => stop("SIGINT"));
  if (process.env[EXIT_WITH_PARENT] === "1") {
    process.stdin.on("end", () => stop("the parent is gone"));
    process.stdin.on("close", () => stop("the parent is gone"));
    process.stdin.resume();
  }
  await operator.done;
  process.stdin.destroy();
} catch (error) {
  const known = error instanceof OperatorError || (error instanceof Error && error.name === "ConfigurationError");
  console.error(known && error instanceof Error ? `operator: ${error.message}` : error);
  process.exitCode = error instanceof OperatorError && error.code === "CONFIGURATION_INVALID" ? EXIT_USAGE : 1;
}
