/** The public API: a stateless gateway to the backend. `main.ts` starts it from its environment. */
export { createPublicApi, type PublicApiOptions } from "./server.ts";
export { loadConfiguration, type Configuration } from "./configuration.ts";
