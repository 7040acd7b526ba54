/** Where requests on a user's behalf may go. */
export * from "./addresses.ts";
export * from "./errors.ts";
export * from "./guarded-get.ts";
export * from "./hosts.ts";
