/** What the controllers share: one informer per kind, one client, one recorder, and one place that starts and ends them all. */
import {
  Controller,
  EventRecorder,
  Informer,
  type Indexers,
  keyOf,
  KubernetesClient,
  type KubernetesObject,
  type Logger,
  type Reconcile,
  type ResourceType,
  type Transport,
} from "@pilothouse/kubernetes";

export interface ControllerSetOptions {
  readonly transport: Transport;
  readonly logger: Logger;
  readonly now: () => number;
}

export class ControllerSet {
  readonly client: KubernetesClient;
  readonly logger: Logger;
  readonly now: () => number;
  readonly #informers = new Map<
    string,
    { readonly informer: Informer<KubernetesObject>; readonly indexers: object | undefined }
  >();
  readonly #controllers: Controller[] = [];
  readonly #tasks: ((signal: AbortSignal) => Promise<void>)[] = [];
  readonly #running: Promise<void>[] = [];
  readonly #stopping = new AbortController();

  constructor({ transport, logger, now }: ControllerSetOptions) {
    this.client = new KubernetesClient({ transport, userAgent: "controller-manager" });
    this.logger = logger;
    this.now = now;
  }

  /** The informer of a kind; all who ask share one, so its indexers are given by the first. */
  informer<T extends KubernetesObject>(resource: ResourceType<T>, indexers?: Indexers<T>): Informer<T> {
    const key = `${resource.group}/${resource.plural}`;
    const known = this.#informers.get(key);
    if (known) {
      if (indexers)
        throw new TypeError(`the informer of ${key} is shared: give its indexers where it is first asked for`);
      return known.informer as unknown as Informer<T>;
    }
    const informer = new Informer<T>({ client: this.client, resource, indexers, logger: this.logger });
    this.#informers.set(key, { informer: informer as unknown as Informer<KubernetesObject>, indexers });
    return informer;
  }

  /** Events in the name of one component, as `kubectl describe` shows it: "default-scheduler", "job-controller". */
  recorder(component: string): EventRecorder {
    const recorder = new EventRecorder({ client: this.client, component, instance: "local", logger: this.logger });
    this.task((signal) => recorder.run(signal));
    return recorder;
  }

  /** A controller that begins once every informer is in sync. */
  controller(name: string, reconcile: Reconcile, concurrency = 4): Controller {
    const controller = new Controller({ name, reconcile, concurrency, logger: this.logger });
    this.#controllers.push(controller);
    return controller;
  }

  /** Enqueues the key of every object of a kind that is added, changed or deleted. */
  enqueueAll<T extends KubernetesObject>(resource: ResourceType<T>, controller: Controller): Informer<T> {
    const informer = this.informer(resource);
    informer.subscribe(({ object }) => controller.enqueue(keyOf(object)));
    return informer;
  }

  /** Work beside the controllers, until the signal aborts. */
  task(run: (signal: AbortSignal) => Promise<void>): void {
    this.#tasks.push(run);
  }

  async start(): Promise<void> {
    const { signal } = this.#stopping;
    const informers = [...this.#informers.values()].map(({ informer }) => informer);
    for (const informer of informers) this.#own(informer.run(signal));
    await Promise.all(informers.map((informer) => informer.synced(signal)));
    for (const controller of this.#controllers) this.#own(controller.run(signal));
    for (const task of this.#tasks) this.#own(task(signal));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#running);
  }

  #own(work: Promise<void>): void {
    this.#running.push(
      work.catch((error: unknown) => {
        if (!this.#stopping.signal.aborted) this.logger.error({ error }, "a controller has ended");
      }),
    );
  }
}
