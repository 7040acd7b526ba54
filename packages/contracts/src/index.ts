/** The one source of shapes: resources, registries, the runner's contract, REST. Imports nothing of ours. */
export * from "./names.ts";
export * from "./resources/metadata.ts";
export * from "./resources/agentic-session.ts";
export * from "./resources/project.ts";
export * from "./resources/project-access.ts";
export * from "./resources/project-settings.ts";
export * from "./registries/agent-registry.ts";
export * from "./registries/flags.ts";
export * from "./registries/models.ts";
export * from "./registries/prices.ts";
export * from "./runner/capabilities.ts";
export * from "./runner/environment.ts";
export * from "./runner/git-hosts.ts";
export * from "./runner/grant.ts";
export * from "./runner/project-configuration.ts";
export * from "./runner/user-environment.ts";
export * from "./rest/index.ts";
export { customResourceDefinitions } from "./crd/definitions.ts";
