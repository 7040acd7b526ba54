/** The process in the `runner` container: reads its environment, serves until it is told to end, and says why it ended. */
import { writeFileSync } from "node:fs";
import { EXIT_CODES, EXIT_WITH_PARENT, type RunnerEnvironment } from "@pilothouse/contracts/runner/environment";
import { pino, type Logger } from "pino";
import { readEnvironment } from "./environment.ts";
import { messageOf, RunnerError, type RunnerErrorCode } from "./errors.ts";
import { Runner } from "./runner.ts";
import { GrantVerifier } from "./server/grants.ts";
import { createServer } from "./server/server.ts";

/** Failures that a person has to mend before another attempt can work. */
const PREREQUISITES: ReadonlySet<RunnerErrorCode> = new Set([
  "ENVIRONMENT_INVALID",
  "BRIDGE_UNKNOWN",
  "SESSION_UNREADABLE",
  "RECORDING_INVALID",
  "CLONE_FAILED",
]);

function exitCodeOf(error: unknown): number {
  return error instanceof RunnerError && PREREQUISITES.has(error.code)
    ? EXIT_CODES.prerequisiteMissing
    : EXIT_CODES.agentError;
}

/** The sentence that the pod's status shows. A file that cannot be written must not hide the end itself. */
function leaveMessage(file: string, message: string, logger: Logger): void {
  try {
    writeFileSync(file, message.slice(0, 4096));
  } catch (error) {
    logger.warn({ file, reason: messageOf(error) }, "the termination message was not written");
  }
}

async function serve(environment: RunnerEnvironment, logger: Logger): Promise<number> {
  const grants = new GrantVerifier(environment.PILOTHOUSE_BACKEND_JWKS, environment.PILOTHOUSE_SESSION_UID);
  const told = Promise.withResolvers<void>();
  const tell = (): void => told.resolve();
  process.once("SIGTERM", tell).once("SIGINT", tell);
  if (process.env[EXIT_WITH_PARENT] === "1") process.stdin.resume().once("end", tell).once("error", tell);

  const runner = await Runner.start(environment, process.env, logger);
  const server = await createServer({ runner, grants, logger });
  await server.listen({ host: environment.POD_IP, port: environment.PILOTHOUSE_RUNNER_PORT });
  runner.listening();
  const seconds = Math.round(process.uptime() * 1000) / 1000;
  logger.info({ address: server.listeningOrigin, bridge: runner.bridgeName, seconds }, "serving");

  const failure = new Promise<unknown>((resolve) => {
    runner.ready.catch(resolve);
  });
  const reason = await Promise.race([told.promise, failure]);
  if (reason !== undefined) logger.error({ reason: messageOf(reason) }, "the session cannot work");
  else logger.info("told to end");
  const message = reason === undefined ? "Stopped on request." : messageOf(reason);
  leaveMessage(environment.PILOTHOUSE_TERMINATION_MESSAGE_FILE, message, logger);
  await runner.stop();
  await server.close();
  return reason === undefined ? EXIT_CODES.stopped : exitCodeOf(reason);
}

async function main(): Promise<number> {
  let environment: RunnerEnvironment;
  try {
    environment = readEnvironment(process.env);
  } catch (error) {
    const logger = pino({ name: "runner" });
    logger.fatal(messageOf(error));
    leaveMessage(
      process.env["PILOTHOUSE_TERMINATION_MESSAGE_FILE"] ?? "/dev/termination-log",
      messageOf(error),
      logger,
    );
    return exitCodeOf(error);
  }
  const logger = pino({
    name: "runner",
    level: environment.PILOTHOUSE_LOG_LEVEL,
    base: { session: `${environment.PILOTHOUSE_PROJECT}/${environment.PILOTHOUSE_SESSION_NAME}` },
  });
  // Node would write them between the lines of JSON.
  process
    .removeAllListeners("warning")
    .on("warning", (warning) => logger.debug({ code: warning.name }, warning.message));
  try {
    return await serve(environment, logger);
  } catch (error) {
    logger.fatal({ reason: messageOf(error) }, "the runner cannot start");
    leaveMessage(environment.PILOTHOUSE_TERMINATION_MESSAGE_FILE, messageOf(error), logger);
    return exitCodeOf(error);
  }
}

process.exit(await main());
