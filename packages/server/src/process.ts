/** The life of a server's process: it starts, serves until it is told to end, lets requests finish, and goes. */
import process from "node:process";
import { EXIT_WITH_PARENT } from "@pilothouse/contracts";
import type { FastifyInstance } from "fastify";
import type { Logger } from "pino";
import { ConfigurationProblem } from "./configuration.ts";
import { describeError } from "./operations/logging.ts";

export interface Service {
  readonly app: FastifyInstance;
  readonly logger: Logger;
  readonly host: string;
  readonly port: number;
  /** Longest wait for requests at the end. */
  readonly shutdownSeconds: number;
  /** Said in the log when it serves. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** Ends what the server stood on, after it has ended. */
  readonly close?: () => Promise<void>;
}

const EXIT = { done: 0, failed: 1, configuration: 2 } as const;

/** Never returns to a caller that has more to do: it ends the process. */
export async function runService(component: string, start: () => Promise<Service>): Promise<void> {
  const fail = (error: unknown): never => {
    if (error instanceof ConfigurationProblem) {
      process.stderr.write(`pilothouse-${component}: ${error.message}\n`);
      process.exit(EXIT.configuration);
    }
    // Node's own report of an error shows all of its fields, which may hold a request with its headers.
    process.stderr.write(`${JSON.stringify({ level: "fatal", component, error: describeError(error) })}\n`);
    process.exit(EXIT.failed);
  };
  process.on("uncaughtException", fail);
  try {
    await serve(await start());
  } catch (error) {
    fail(error);
  }
  process.exit(EXIT.done);
}

async function serve({ app, logger, host, port, shutdownSeconds, facts, close }: Service): Promise<void> {
  const asked = endAsked();
  const address = await app.listen({ host, port });
  logger.info({ address, ...facts }, "serving");

  const reason = await asked;
  logger.info({ reason }, "ending");
  const late = setTimeout(() => {
    logger.warn("requests did not end in time");
    process.exit(EXIT.done);
  }, shutdownSeconds * 1000);
  await app.close();
  await close?.();
  clearTimeout(late);
}

/** Resolves with the reason for which this process should end. */
async function endAsked(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  process.once("SIGTERM", () => resolve("SIGTERM"));
  process.once("SIGINT", () => resolve("SIGINT"));
  if (process.env[EXIT_WITH_PARENT] === "1") {
    const gone = (): void => resolve("the parent has gone");
    process.stdin.once("close", gone).once("end", gone).on("error", gone).resume();
    process.once("disconnect", gone);
  }
  return promise;
}
