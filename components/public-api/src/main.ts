/** Starts the public API from its environment. */
import { createLogger, runService } from "@pilothouse/server";
import { loadConfiguration } from "./configuration.ts";
import { createPublicApi } from "./server.ts";

await runService("public-api", async () => {
  const configuration = loadConfiguration(process.env);
  const logger = createLogger("public-api", configuration.PILOTHOUSE_LOG_LEVEL);
  return {
    app: await createPublicApi({ configuration, logger }),
    logger,
    host: configuration.HOST,
    port: configuration.PORT,
    shutdownSeconds: configuration.SHUTDOWN_SECONDS,
    facts: { backend: configuration.BACKEND_URL.href },
  };
});
