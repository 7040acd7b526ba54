/** The controllers of the local cluster: what a kube-controller-manager and a scheduler do, as far as one machine needs it. */
import { silentLogger, type Logger, type Transport } from "@pilothouse/kubernetes";
import { ControllerSet } from "./controller-set.ts";
import { addEventExpiry } from "./event-expiry.ts";
import { addGarbageCollector } from "./garbage-collector/garbage-collector.ts";
import { addJobController } from "./job/job-controller.ts";
import { addNamespaceDefaults } from "./namespace-defaults.ts";
import { addNamespaceTermination } from "./namespace-termination.ts";
import { addQuotaStatus } from "./quota-status.ts";
import { addScheduler } from "./scheduler/scheduler.ts";
import { ServedResources } from "./served-resources.ts";
import { addClaimController } from "./volume/claim-controller.ts";

export interface ControllersOptions {
  /** With the rights of `system:masters`. */
  readonly transport: Transport;
  /** The authority of the API server's certificate, for the ConfigMap `kube-root-ca.crt` of every namespace. */
  readonly caPem: string;
  readonly logger?: Logger;
  readonly now?: () => number;
}

export interface Controllers {
  stop(): Promise<void>;
}

/** Resolves once every controller has the whole picture and works. */
export async function startControllers(options: ControllersOptions): Promise<Controllers> {
  const { transport, caPem, logger = silentLogger, now = Date.now } = options;
  const set = new ControllerSet({ transport, logger, now });
  const served = new ServedResources(set);
  addNamespaceDefaults(set, caPem);
  addScheduler(set);
  addJobController(set);
  addClaimController(set);
  addGarbageCollector(set, served);
  addNamespaceTermination(set, served);
  addQuotaStatus(set, served);
  addEventExpiry(set);
  await set.start();
  return { stop: () => set.stop() };
}
