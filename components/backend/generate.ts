/**
 * Writes the client's types from the backend's OpenAPI document. With --check it writes nothing and fails when the
 * committed ones differ. The backend is put together as ever, over a Kubernetes API that is never asked.
 */
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { clientTypes, type OpenApiDocument } from "@pilothouse/api-client/generate";
import { createLogger } from "@pilothouse/server";
import { loadConfiguration } from "./src/configuration.ts";
import { createBackend } from "./src/server.ts";
import { openStore } from "./src/store/open.ts";

const REGISTRIES = fileURLToPath(new URL("../../deploy/registries/", import.meta.url));
const check = process.argv.includes("--check");

async function describe(): Promise<OpenApiDocument> {
  const folder = await mkdtemp(join(tmpdir(), "pilothouse-generate-"));
  try {
    const { privateKey } = generateKeyPairSync("ed25519");
    const keyFile = join(folder, "key.pem");
    await writeFile(keyFile, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
    const configuration = loadConfiguration({
      KUBERNETES_API_URL: "http://127.0.0.1:9",
      SIGNING_KEY_FILE: keyFile,
      DATA_DIR: folder,
      AGENT_REGISTRY_FILE: join(REGISTRIES, "agent-registry.json"),
      MODELS_FILE: join(REGISTRIES, "models.json"),
    });
    const logger = createLogger("backend", "silent");
    const store = await openStore(configuration.environment);
    const app = await createBackend({ configuration, store, logger });
    await app.ready();
    // The document is this process's own: its shape is what the routes' schemas make of it.
    const document = JSON.parse(JSON.stringify(app.swagger())) as OpenApiDocument;
    await app.close();
    await store.close();
    return document;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const path = fileURLToPath(new URL("../../packages/api-client/src/schema.gen.ts", import.meta.url));
const text = clientTypes(await describe());
if ((await readFile(path, "utf8").catch(() => "")) !== text) {
  if (check) {
    console.error("packages/api-client does not match the backend's routes: run `npm run generate`");
    process.exitCode = 1;
  } else {
    await writeFile(path, text);
    console.log("wrote packages/api-client/src/schema.gen.ts");
  }
}
