/** The backend: REST, AG-UI and transcripts, with the caller's own Kubernetes token. */
export { createBackend, type BackendOptions } from "./server.ts";
export { loadConfiguration, type Configuration } from "./configuration.ts";
export { SqliteStore } from "./store/sqlite/sqlite-store.ts";
export type { Store } from "./store/store.ts";
