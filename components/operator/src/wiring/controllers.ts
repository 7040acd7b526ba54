// All controllers, and how long they run.
import type { Change, Informer, KubernetesObject } from "@pilothouse/kubernetes";
import type { ControllerContext } from "./context.ts";
import { accessController, projectController } from "./project-controllers.ts";
import { sessionController } from "./session-controller.ts";
import {
  createSpending,
  integrationsController,
  settingsController,
  spendingController,
} from "./settings-controllers.ts";

/** Runs all controllers until the signal aborts. */
export async function runControllers(context: ControllerContext, signal: AbortSignal): Promise<void> {
  const ends: (() => void)[] = [];
  const watch = <T extends KubernetesObject>(informer: Informer<T>, react: (change: Change<T>) => void): void => {
    ends.push(informer.subscribe(react));
  };
  const spending = createSpending(context, (namespace) => sessions.enqueueRunning(namespace));
  const sessions = sessionController(context, watch, async (session, ending) => spending.settle(session, ending));
  const controllers = [
    sessions.controller,
    projectController(context, watch),
    accessController(context, watch),
    settingsController(context, watch),
    integrationsController(context, watch),
    spendingController(context, watch, spending),
  ];
  try {
    await Promise.all(controllers.map(async (controller) => controller.run(signal)));
  } finally {
    for (const end of ends) end();
  }
}
