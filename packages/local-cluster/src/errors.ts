// What can go wrong with a cluster as a whole: one table of codes. What the API refuses is in api/errors.ts.

export type ClusterErrorCode = "DATA_DIRECTORY_IN_USE" | "PORT_IN_USE" | "NOT_A_CLUSTER" | "DATA_DIRECTORY_UNUSABLE";

export class ClusterError extends Error {
  readonly code: ClusterErrorCode;

  constructor(code: ClusterErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ClusterError";
    this.code = code;
  }
}
