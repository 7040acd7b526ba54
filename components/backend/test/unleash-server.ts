/** A real Unleash in a process of its own: `node unleash-server.ts HOST PORT-OF-POSTGRES`. Says `ready <its port>`. */
import { start } from "unleash-server";

const [host = "", port = ""] = process.argv.slice(2);
const tokens = [
  { environment: "*", projects: ["*"], secret: "*:*.admin-secret", type: "admin", tokenName: "admin" },
  { environment: "development", projects: ["*"], secret: "*:development.client", type: "client", tokenName: "client" },
];
const { server } = await start({
  db: { host, port: Number(port), user: "pilothouse", password: "none", database: "postgres", ssl: false },
  server: { port: 0, host: "127.0.0.1", enableRequestLogger: false },
  versionCheck: { enable: false },
  telemetry: false,
  authentication: { initApiTokens: tokens as never },
});
const address = server?.address();
process.stdout.write(`ready ${typeof address === "object" && address !== null ? address.port : "nowhere"}\n`);
