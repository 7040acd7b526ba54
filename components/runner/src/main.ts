/**
 * The process in the `runner` container: reads its environment, serves its session or hands over what a former attempt
 * left, and says why it ended. What only one of the two needs is loaded for it alone.
 */
import { EXIT_CODES, EXIT_WITH_PARENT, RunnerMode } from "@pilothouse/contracts/runner/environment";
import { pino, type Logger } from "pino";
import { readEnvironment, readHandoverEnvironment } from "./environment.ts";
import { messageOf } from "./errors.ts";
import { exitCodeOf, leaveMessage } from "./exit.ts";

type Work = (logger: Logger, told: Promise<void>) => Promise<number>;

interface Named {
  readonly PILOTHOUSE_PROJECT: string;
  readonly PILOTHOUSE_SESSION_NAME: string;
  readonly PILOTHOUSE_LOG_LEVEL: string;
  readonly PILOTHOUSE_TERMINATION_MESSAGE_FILE: string;
}

async function chosenWork(variables: NodeJS.ProcessEnv): Promise<{ environment: Named; work: Work }> {
  const mode = RunnerMode.safeParse(variables["PILOTHOUSE_RUNNER_MODE"]);
  if (mode.data !== "handover") {
    const { serve } = await import("./serve.ts");
    const environment = readEnvironment(variables);
    return { environment, work: async (logger, told) => serve(environment, logger, told) };
  }
  const environment = readHandoverEnvironment(variables);
  const { handOver } = await import("./handover/handover.ts");
  const work: Work = async (logger, told) => {
    const ending = new AbortController();
    void told.then(() => ending.abort());
    try {
      await handOver({ environment, variables, logger, signal: ending.signal });
      return EXIT_CODES.done;
    } catch (error) {
      if (!ending.signal.aborted) throw error;
      logger.info("told to end before all was handed over");
      return EXIT_CODES.stopped;
    }
  };
  return { environment, work };
}

async function main(): Promise<number> {
  const told = Promise.withResolvers<void>();
  const tell = (): void => told.resolve();
  process.once("SIGTERM", tell).once("SIGINT", tell);
  if (process.env[EXIT_WITH_PARENT] === "1") process.stdin.resume().once("end", tell).once("error", tell);
  let chosen: Awaited<ReturnType<typeof chosenWork>>;
  try {
    chosen = await chosenWork(process.env);
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
  const { environment, work } = chosen;
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
    return await work(logger, told.promise);
  } catch (error) {
    logger.fatal({ reason: messageOf(error) }, "the runner cannot go on");
    leaveMessage(environment.PILOTHOUSE_TERMINATION_MESSAGE_FILE, messageOf(error), logger);
    return exitCodeOf(error);
  }
}

process.exit(await main());
