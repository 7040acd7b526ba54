/** A PostgreSQL server of the test's own, from the machine's packages. */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { chown, mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const ROOT = "/usr/lib/postgresql";

/** Where its programs are, or undefined on a machine without it. */
export async function findPostgres(): Promise<string | undefined> {
  const versions = await readdir(ROOT).catch(() => []);
  const newest = versions.toSorted((a, b) => Number(b) - Number(a))[0];
  return newest === undefined ? undefined : join(ROOT, newest, "bin");
}

export interface PostgresServer {
  readonly url: string;
  /** Ends it as a crash does, without a last word to anybody, and starts it again on the same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startPostgres(programs: string): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), "pilothouse-postgres-"));
  const account = await serverAccount();
  if (account !== undefined) await chown(folder, account.uid, account.gid);
  const data = join(folder, "data");
  const options = { ...account, cwd: folder };
  await run(
    join(programs, "initdb"),
    ["-D", data, "-U", "pilothouse", "-A", "trust", "-E", "UTF8", "--no-sync"],
    options,
  );
  const port = await freePort();
  const settings = [
    "-c",
    `port=${port}`,
    "-c",
    "listen_addresses=127.0.0.1",
    "-c",
    `unix_socket_directories=${folder}`,
  ];
  const start = (): ChildProcess =>
    spawn(join(programs, "postgres"), ["-D", data, ...settings, "-c", "fsync=off"], { ...options, stdio: "ignore" });
  let server = start();
  const url = `postgres://pilothouse@127.0.0.1:${port}/postgres`;
  await untilReady(programs, port);
  return {
    url,
    restart: async () => {
      await end(server, "SIGQUIT");
      server = start();
      await untilReady(programs, port);
    },
    stop: async () => {
      await end(server, "SIGINT");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root; its package made a user for it. */
async function serverAccount(): Promise<{ uid: number; gid: number } | undefined> {
  if (userInfo().uid !== 0) return undefined;
  const [uid, gid] = await Promise.all(
    ["-u", "-g"].map(async (option) => Number((await run("id", [option, "postgres"])).stdout)),
  );
  return { uid: uid ?? 0, gid: gid ?? 0 };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilReady(programs: string, port: number): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await run(join(programs, "pg_isready"), ["-h", "127.0.0.1", "-p", String(port)]);
      return;
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function end(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.kill(signal);
  await ended;
}
