/** Starts the public API from its environment. */
import { createLogger, runService, startTracing } from "@pilothouse/server";
import { loadConfiguration } from "./configuration.ts";
import { VERSION, createPublicApi } from "./server.ts";

await runService("public-api", async () => {
  const configuration = loadConfiguration(process.env);
  const logger = createLogger("public-api", configuration.PILOTHOUSE_LOG_LEVEL);
  const tracing = await startTracing("public-api", VERSION, configuration);
  return {
    app: await createPublicApi({ configuration, logger, tracing }),
    logger,
    host: configuration.HOST,
    port: configuration.PORT,
    shutdownSeconds: configuration.SHUTDOWN_SECONDS,
    facts: { backend: configuration.BACKEND_URL.href },
    close: async () => tracing.close(),
  };
});
