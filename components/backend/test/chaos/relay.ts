/** A TCP relay between two parts, at which their network can be made to fail: connections cut, or silent for a while. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

export class Relay implements AsyncDisposable {
  readonly #server: Server;
  readonly #targets: () => readonly string[];
  readonly #sockets = new Set<Socket>();
  #silentUntil = 0;

  private constructor(targets: () => readonly string[]) {
    this.#targets = targets;
    this.#server = createServer((socket) => this.#serve(socket, [...this.#targets()]));
  }

  /** `targets`: addresses (`http://host:port`), of which each connection takes the first that answers. */
  static async start(targets: () => readonly string[]): Promise<Relay> {
    const relay = new Relay(targets);
    await new Promise<void>((resolve) => relay.#server.listen(0, "127.0.0.1", resolve));
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Nothing passes for so long, in either direction, and nobody is told. */
  silence(milliseconds: number): void {
    this.#silentUntil = Date.now() + milliseconds;
    for (const socket of this.#sockets) socket.pause();
    setTimeout(() => {
      for (const socket of this.#sockets) socket.resume();
    }, milliseconds);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    await closed;
  }

  #serve(client: Socket, targets: string[]): void {
    client.on("error", () => client.destroy());
    const target = targets.shift();
    if (target === undefined) return void client.destroy();
    const { hostname, port } = new URL(target);
    const upstream = connect(Number(port), hostname);
    let isOpen = false;
    upstream.once("error", () => {
      upstream.destroy();
      if (isOpen) client.destroy();
      else this.#serve(client, targets);
    });
    upstream.once("connect", () => {
      isOpen = true;
      for (const [from, to] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        this.#sockets.add(from);
        from.once("close", () => {
          this.#sockets.delete(from);
          to.destroy();
        });
        from.pipe(to);
        const rest = this.#silentUntil - Date.now();
        if (rest <= 0) continue;
        from.pause();
        // By its own timer: the one that ends the silence may be over before this socket was known to it.
        setTimeout(() => from.resume(), rest);
      }
    });
  }
}
