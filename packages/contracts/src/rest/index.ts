/** Shapes of the REST interfaces: requests and answers. */
export * from "./errors.ts";
