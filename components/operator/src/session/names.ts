// Names that only the operator uses; what others need as well is in the contracts.
import { API_GROUP } from "@pilothouse/contracts";

export const OPERATOR_NAME = "pilothouse-operator";

export const ANNOTATIONS = {
  /** On a session: the attempt whose end has been written into `spec.desiredState`. */
  closedAttempt: `${API_GROUP}/closed-attempt`,
} as const;

export const BROKER_CONTAINER = "broker";
export const RUNNER_CONTAINER = "runner";
/** Key of the broker's token in the session's Secret. */
export const BROKER_TOKEN_KEY = "broker-token";
/** ConfigMap in each project: models.json and prices.json of the installation. */
export const CONFIGURATION_NAME = "pilothouse-configuration";
