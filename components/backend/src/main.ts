/** Starts the backend from its environment. */
import { createLogger, runService, startTracing } from "@pilothouse/server";
import { loadConfiguration } from "./configuration.ts";
import { openAudit } from "./operations/audit.ts";
import { VERSION, createBackend } from "./server.ts";
import { openStore } from "./store/open.ts";

await runService("backend", async () => {
  const configuration = loadConfiguration(process.env);
  const { environment } = configuration;
  const logger = createLogger("backend", environment.PILOTHOUSE_LOG_LEVEL);
  const store = await openStore(environment, (message) => logger.warn(message));
  const audit = openAudit(environment.AUDIT_LOG);
  const tracing = await startTracing("backend", VERSION, environment);
  return {
    app: await createBackend({ configuration, store, logger, audit: audit.sink, tracing }),
    logger,
    host: environment.HOST,
    port: environment.PORT,
    shutdownSeconds: environment.SHUTDOWN_SECONDS,
    facts: { kubernetes: configuration.kubernetes.server },
    close: async () => {
      await store.close();
      await audit.close();
      await tracing.close();
    },
  };
});
