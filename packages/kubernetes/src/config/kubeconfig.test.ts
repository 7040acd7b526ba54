import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { loadInCluster } from "./in-cluster.ts";
import { loadKubeconfig, parseKubeconfig } from "./kubeconfig.ts";
import { tokenFromFile } from "./token-source.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pilothouse-kubeconfig-"));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const document = (user: object, cluster: object = {}) =>
  stringify({
    "current-context": "here",
    contexts: [{ name: "here", context: { cluster: "c", user: "u", namespace: "team-a" } }],
    clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:6443", ...cluster } }],
    users: [{ name: "u", user }],
  });

describe("a kubeconfig", () => {
  it("gives server, authority, certificate and namespace, inline or from files beside it", async () => {
    await writeFile(join(folder, "ca.crt"), "AUTHORITY");
    const file = join(folder, "config");
    await writeFile(
      file,
      document(
        { "client-certificate-data": base64("CERT"), "client-key-data": base64("KEY") },
        { "certificate-authority": "ca.crt" },
      ),
    );
    expect(await loadKubeconfig(file)).toMatchObject({
      transport: {
        server: "https://127.0.0.1:6443",
        certificateAuthority: "AUTHORITY",
        clientCertificate: { certificate: "CERT", key: "KEY" },
      },
      namespace: "team-a",
    });
  });

  it("gives a token, and one from a file", async () => {
    expect(await (await parseKubeconfig(document({ token: "t" }))).token?.token()).toBe("t");
    await writeFile(join(folder, "token"), "from-file\n");
    const connection = await parseKubeconfig(document({ tokenFile: "token" }), { file: join(folder, "config") });
    expect(await connection.token?.token()).toBe("from-file");
  });

  it.each([
    ["exec plugins", document({ exec: { command: "aws" } }), "KUBECONFIG_UNSUPPORTED"],
    ["half a certificate", document({ "client-certificate-data": base64("CERT") }), "KUBECONFIG_INVALID"],
    ["a server that is no address", document({}, { server: "nonsense" }), "KUBECONFIG_INVALID"],
    ["a context that is not there", "current-context: gone\ncontexts: []\n", "KUBECONFIG_INVALID"],
    ["a list", "- 1\n", "KUBECONFIG_INVALID"],
    ["broken YAML", "a: [", "KUBECONFIG_INVALID"],
  ])("with %s is refused", async (_, text, code) => {
    await expect(parseKubeconfig(text)).rejects.toMatchObject({ code });
  });
});

describe("the pod's own account", () => {
  it("is read from the environment and the mount", async () => {
    for (const [name, text] of Object.entries({ token: "pod-token", "ca.crt": "CA", namespace: "team-b\n" }))
      await writeFile(join(folder, name), text);
    const environment = { KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "443" };
    const connection = await loadInCluster({ environment, folder });
    expect(connection).toMatchObject({
      transport: { server: "https://[fd00::1]:443", certificateAuthority: "CA" },
      namespace: "team-b",
    });
    expect(await connection.token?.token()).toBe("pod-token");
  });

  it("is missing with a sentence outside of a cluster", async () => {
    await expect(loadInCluster({ environment: {}, folder })).rejects.toMatchObject({ code: "NOT_IN_CLUSTER" });
  });
});

describe("a token file", () => {
  it("is read again after half a minute, and at once after a refusal", async () => {
    const file = join(folder, "token");
    let now = 0;
    const source = tokenFromFile(file, () => now);
    const rotate = async (token: string) => {
      await writeFile(`${file}.new`, token);
      await rename(`${file}.new`, file);
    };
    await rotate("one");
    expect(await source.token()).toBe("one");
    await rotate("two");
    expect(await source.token()).toBe("one");
    now = 30_000;
    expect(await source.token()).toBe("two");
    await rotate("three");
    source.invalidate();
    expect(await source.token()).toBe("three");
    await rm(file);
    source.invalidate();
    expect(await source.token()).toBe("three");
  });
});
