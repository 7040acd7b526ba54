/** Starts the UI server: `node components/frontend/server/main.ts` after `npm run build -w @pilothouse/frontend`. */
import { fileURLToPath } from "node:url";
import { loadCookieKeys } from "./cookie-key.ts";
import { createKeyRing } from "./key-ring.ts";
import { readSettings } from "./settings.ts";
import { assetFolder, openStaticAssets } from "./static-assets.ts";
import { type PageHandler, createShell } from "./shell.ts";

const folder = fileURLToPath(new URL("..", import.meta.url));
const development = process.argv.includes("--dev");
Object.assign(process.env, { NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: development ? "development" : "production" });
const settings = readSettings(process.env);

function log(level: "info" | "error", message: string, fields: Record<string, unknown> = {}): void {
  process.stdout.write(
    `${JSON.stringify({ time: new Date().toISOString(), level, name: "frontend", message, ...fields })}\n`,
  );
}

async function preparePages(): Promise<PageHandler> {
  const { default: createNext } = await import("next");
  const next = createNext({
    dev: development,
    dir: folder,
    hostname: settings.hostname,
    port: settings.port,
    customServer: true,
  });
  await next.prepare();
  return next.getRequestHandler();
}

const pages = preparePages();
pages.catch((error: unknown) => {
  log("error", "the pages could not be loaded: run `npm run build -w @pilothouse/frontend` first", {
    error: String(error),
  });
  process.exit(1);
});

const server = createShell({
  backendUrl: settings.backendUrl,
  keys: createKeyRing(await loadCookieKeys(settings.cookieKeyFiles)),
  loginCodesDir: settings.loginCodesDir,
  provider: settings.provider && (await import("./provider.ts")).createProvider(settings.provider),
  trustedProxies: settings.trustedProxies,
  proxySignOutUrl: settings.proxySignOutUrl,
  pages,
  assets: development ? undefined : await openStaticAssets(assetFolder(folder, process.env)),
  gallery: settings.gallery || development,
  development,
  report: (error) => log("error", "a request failed", { error: error instanceof Error ? error.stack : String(error) }),
});

/** Ends at once but for answers that are being written; event streams never end by themselves. */
function shutDown(): void {
  server.close(() => process.exit(0));
  setTimeout(() => server.closeAllConnections(), 500).unref();
}

server.on("error", (error) => {
  log("error", `the UI server cannot listen on ${settings.hostname}:${settings.port}`, { error: error.message });
  process.exit(1);
});
server.listen(settings.port, settings.hostname, () => log("info", "listening", { address: server.address() }));
process.on("SIGTERM", shutDown);
process.on("SIGINT", shutDown);
if (settings.exitWithParent) {
  process.on("disconnect", shutDown);
  process.stdin.on("end", shutDown).on("close", shutDown).resume();
}
