import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { choosePorts, freePort } from "./ports.ts";

let servers: Server[] = [];
afterEach(() => {
  for (const server of servers) server.close();
  servers = [];
});

async function occupy(port: number): Promise<void> {
  const server = createServer();
  servers.push(server);
  // Rejects when somebody else has it; without a listener the error would end the whole run.
  await once(server.listen(port, "127.0.0.1"), "listening");
}

describe("ports of an installation", () => {
  it("refuses a port that is in use, and names it and the remedy", async () => {
    const port = await freePort();
    await occupy(port);
    await expect(choosePorts(port, {})).rejects.toThrow(`port ${port} on 127.0.0.1 is in use by another program`);
  });

  it("keeps the ports of the last start", async () => {
    const former = await choosePorts(0, {});
    expect(await choosePorts(undefined, former)).toEqual(former);
  });

  it("keeps the others where no web interface was started", async () => {
    const { ui: _, ...former } = await choosePorts(0, {}, false);
    expect(await choosePorts(undefined, former, false)).toMatchObject(former);
  });

  it("waits for a process of the last start that is about to go", async () => {
    const former = await choosePorts(0, {});
    await occupy(former.backend);
    setTimeout(() => servers.pop()?.close(), 300);
    expect(await choosePorts(undefined, former)).toEqual(former);
  });

  it("lets the others follow a port that was asked for", async () => {
    const former = await choosePorts(0, {});
    const ui = await freePort();
    expect((await choosePorts(ui, former)).backend).not.toBe(former.backend);
  });

  it("finds other ports for what stands beside an occupied neighbour, all different", async () => {
    const ui = await freePort();
    await occupy(ui + 1).catch(() => undefined);
    const ports = await choosePorts(ui, {});
    expect(ports.ui).toBe(ui);
    expect(ports.backend).not.toBe(ui + 1);
    expect(new Set(Object.values(ports)).size).toBe(4);
  });

  it("takes any free port for 0", async () => {
    expect((await choosePorts(0, {})).ui).toBeGreaterThan(0);
  });
});
