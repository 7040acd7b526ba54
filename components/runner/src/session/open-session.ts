/** The client of this pod's own session, from what the operator put into the pod. */
import type { RunnerEnvironment } from "@pilothouse/contracts/runner/environment";
import type { TokenSource } from "@pilothouse/kubernetes/config/token-source";
import type { Logger } from "pino";
import { kubernetesApiUrl } from "../environment.ts";
import { SessionClient } from "./session.ts";

type Place = Pick<
  RunnerEnvironment,
  | "PILOTHOUSE_KUBERNETES_API_URL"
  | "PILOTHOUSE_CA_FILE"
  | "PILOTHOUSE_PROJECT"
  | "PILOTHOUSE_SESSION_NAME"
  | "PILOTHOUSE_SESSION_UID"
>;

/** @throws RunnerError ENVIRONMENT_INVALID */
export async function openSession(
  environment: Place,
  variables: NodeJS.ProcessEnv,
  token: TokenSource,
  logger: Logger,
): Promise<SessionClient> {
  return SessionClient.open({
    apiUrl: kubernetesApiUrl(environment, variables),
    certificateAuthorityFile: environment.PILOTHOUSE_CA_FILE,
    token,
    project: environment.PILOTHOUSE_PROJECT,
    name: environment.PILOTHOUSE_SESSION_NAME,
    uid: environment.PILOTHOUSE_SESSION_UID,
    logger,
  });
}
