// Real kubectl, an old and a new one, against the local cluster.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLocalCluster, type LocalCluster } from "../src/cluster.ts";
import { kubectl, type Kubectl, type KubectlVersion } from "./kubectl.ts";

const directory = mkdtempSync(path.join(tmpdir(), "kubectl-"));
let cluster: LocalCluster;

beforeAll(async () => {
  cluster = await startLocalCluster({ dataDir: directory });
  await (
    await kubectl("1.35", cluster.adminKubeconfigFile)
  )(["create", "-f", "-"], WIDGETS);
});
afterAll(async () => {
  await cluster.stop();
  rmSync(directory, { recursive: true, force: true });
});

const WIDGETS = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, kind: Widget, shortNames: [wd]}
  versions:
    - name: v1
      served: true
      storage: true
      subresources: {status: {}}
      additionalPrinterColumns: [{name: Size, type: integer, jsonPath: .spec.size}]
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties: {size: {type: integer, maximum: 10, description: How large it is.}}
            status: {type: object, x-kubernetes-preserve-unknown-fields: true}
`;
const widget = (size: number | string): string =>
  JSON.stringify({ apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w" }, spec: { size } });

describe.each<KubectlVersion>(["1.31", "1.35"])("kubectl %s", (version) => {
  let run: Kubectl;
  const namespace = `kubectl-${version.replace(".", "-")}`;
  const here = (...args: string[]): string[] => ["-n", namespace, ...args];

  beforeAll(async () => {
    run = await kubectl(version, cluster.adminKubeconfigFile);
    await run(["create", "namespace", namespace]);
  });

  it("lists what there is", async () => {
    const resources = await run(["api-resources", "-o", "name"]);
    expect(resources.split("\n")).toEqual(
      expect.arrayContaining(["pods", "jobs.batch", "widgets.example.com", "roles.rbac.authorization.k8s.io"]),
    );
    expect(await run(["version", "-o", "json"])).toContain('"serverVersion"');
  });

  it("creates typed objects, which it sends as protobuf or JSON", async () => {
    await run(here("create", "configmap", "cm", "--from-literal=key=välue"));
    await run(here("create", "secret", "generic", "plain", "--from-literal=password=p"));
    await run(here("create", "serviceaccount", "robot"));
    await run(here("create", "role", "reader", "--verb=get,list", "--resource=configmaps"));
    await run(here("create", "rolebinding", "robot", "--role=reader", `--serviceaccount=${namespace}:robot`));
    await run(here("create", "job", "once", "--image=example.com/none:1", "--", "true"));
    expect(await run(here("get", "configmap", "cm", "-o", "jsonpath={.data.key}"))).toBe("välue");
    expect(await run(here("get", "secret", "plain", "-o", "jsonpath={.data.password}"))).toBe("cA==");
    expect(await run(here("get", "job", "once", "-o", "jsonpath={.spec.template.spec.containers[0].command}"))).toBe(
      '["true"]',
    );
  });

  it("answers who one is and what one may", async () => {
    const token = (await run(here("create", "token", "robot"))).trim();
    const kubeconfig = path.join(directory, `robot-${version}`);
    writeFileSync(kubeconfig, tokenKubeconfig(token));
    const robot = await kubectl(version, kubeconfig);
    expect(await robot(["auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"])).toBe(
      `system:serviceaccount:${namespace}:robot`,
    );
    expect((await robot(here("auth", "can-i", "list", "configmaps"))).trim()).toBe("yes");
    await expect(robot(here("auth", "can-i", "list", "secrets"))).rejects.toThrow("Command failed");
    expect(await robot(here("auth", "can-i", "--list"))).toContain("configmaps");
    await expect(robot(here("get", "secrets"))).rejects.toThrow("cannot list resource");
    expect(await robot(here("get", "configmaps", "-o", "name"))).toContain("configmap/cm");
  });

  it("applies, on the client's side, and changes what is applied again", async () => {
    await run(here("apply", "-f", "-"), widget(1));
    expect(await run(here("apply", "-f", "-"), widget(1))).toContain("unchanged");
    expect(await run(here("apply", "-f", "-"), widget(2))).toContain("configured");
    expect(await run(here("get", "wd"))).toMatch(/NAME\s+SIZE\nw\s+2/);
    await expect(run(here("apply", "-f", "-"), widget(11))).rejects.toThrow("should be less than or equal to 10");
    const service = (port: number): string =>
      JSON.stringify({
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "svc" },
        spec: { ports: [{ name: "a", port }], selector: { app: "a" } },
      });
    await run(here("apply", "-f", "-"), service(80));
    await run(here("apply", "-f", "-"), service(81));
    expect(await run(here("get", "service", "svc", "-o", "jsonpath={.spec.ports[*].port}"))).toBe("81");
  });

  it("applies on the server's side, and hears of conflicts", async () => {
    const serverSide = (manager: string, ...more: string[]): string[] =>
      here("apply", "--server-side", `--field-manager=${manager}`, ...more, "-f", "-");
    const object = (size: number): string => widget(size).replace('"name":"w"', '"name":"server-side"');
    await run(serverSide("alice"), object(1));
    expect(await run(serverSide("alice"), object(2))).toContain("serverside-applied");
    await expect(run(serverSide("bob"), object(3))).rejects.toThrow('conflict with "alice"');
    await run(serverSide("bob", "--force-conflicts"), object(3));
    expect(await run(here("get", "wd", "server-side", "-o", "jsonpath={.spec.size}"))).toBe("3");
    await run(here("delete", "wd", "server-side"));
  });

  it("refuses a field that is not there", async () => {
    const typo = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "typo" }, dat: {} });
    await expect(run(here("create", "-f", "-"), typo)).rejects.toThrow('unknown field "dat"');
  });

  it("labels, annotates, patches and edits by hand", async () => {
    await run(here("label", "configmap", "cm", "team=red"));
    await run(here("annotate", "configmap", "cm", "note=yes"));
    await run(here("patch", "configmap", "cm", "-p", '{"data":{"more":"1"}}'));
    await run(here("patch", "wd", "w", "--type=merge", "--subresource=status", "-p", '{"status":{"phase":"Good"}}'));
    expect(await run(here("get", "configmap", "-l", "team=red", "-o", "name"))).toBe("configmap/cm\n");
    expect(await run(here("get", "wd", "w", "-o", "jsonpath={.status.phase}"))).toBe("Good");
  });

  it("waits, describes and explains", async () => {
    await run(here("wait", "--for=jsonpath={.status.phase}=Good", "wd/w", "--timeout=10s"));
    expect(await run(here("describe", "configmap", "cm"))).toContain("team=red");
    expect(await run(here("describe", "wd", "w"))).toContain("Phase:");
    expect(await run(["explain", "widgets.spec"])).toContain("How large it is.");
    expect(await run(["explain", "pod.spec.containers.livenessProbe"])).toContain("httpGet");
    expect(await run(["explain", "pod.spec.volumes.configMap"])).toContain("optional");
  });

  it("sees changes as they happen", async () => {
    const watching = run(here("get", "configmaps", "--watch", "--request-timeout=3s", "-o", "name")).catch(
      (error: unknown) => (error instanceof Error && "stdout" in error ? String(error.stdout) : ""),
    );
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await run(here("create", "configmap", "seen", "--from-literal=a=b"));
    expect(await watching).toContain("configmap/seen");
  });

  it("deletes, and waits until it is gone", async () => {
    await run(here("delete", "wd", "w"));
    await expect(run(here("get", "wd", "w"))).rejects.toThrow("NotFound");
    await run(["delete", "namespace", namespace, "--timeout=20s"]);
    await expect(run(["get", "namespace", namespace])).rejects.toThrow("NotFound");
  });
});

function tokenKubeconfig(token: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server: cluster.url, "certificate-authority": cluster.caFile } }],
    users: [{ name: "u", user: { token } }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  });
}
