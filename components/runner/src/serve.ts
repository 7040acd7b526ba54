/** Serves one attempt of a session until it is told to end, or cannot work. */
import { EXIT_CODES, type RunnerEnvironment } from "@pilothouse/contracts/runner/environment";
import type { Logger } from "pino";
import { messageOf } from "./errors.ts";
import { exitCodeOf, leaveMessage } from "./exit.ts";
import { Runner } from "./runner.ts";
import { GrantVerifier } from "./server/grants.ts";
import { createServer } from "./server/server.ts";

/** @returns the exit code of the process */
export async function serve(environment: RunnerEnvironment, logger: Logger, told: Promise<void>): Promise<number> {
  const grants = new GrantVerifier(environment.PILOTHOUSE_BACKEND_JWKS, environment.PILOTHOUSE_SESSION_UID);
  const runner = await Runner.start(environment, process.env, logger);
  const server = await createServer({ runner, grants, logger });
  await server.listen({ host: environment.POD_IP, port: environment.PILOTHOUSE_RUNNER_PORT });
  runner.listening();
  const seconds = Math.round(process.uptime() * 1000) / 1000;
  logger.info({ address: server.listeningOrigin, bridge: runner.bridgeName, seconds }, "serving");

  const failure = new Promise<unknown>((resolve) => {
    runner.ready.catch(resolve);
  });
  const reason = await Promise.race([told, failure]);
  if (reason !== undefined) logger.error({ reason: messageOf(reason) }, "the session cannot work");
  else logger.info("told to end");
  const message = reason === undefined ? "Stopped on request." : messageOf(reason);
  leaveMessage(environment.PILOTHOUSE_TERMINATION_MESSAGE_FILE, message, logger);
  await runner.stop();
  await server.close();
  return reason === undefined ? EXIT_CODES.stopped : exitCodeOf(reason);
}
