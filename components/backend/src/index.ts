/** The backend: REST, AG-UI and transcripts, with the caller's own Kubernetes token. */
export { createBackend, type BackendOptions } from "./server.ts";
export { loadConfiguration, type Configuration } from "./configuration.ts";
export { openStore } from "./store/open.ts";
export type { Store } from "./store/store.ts";
