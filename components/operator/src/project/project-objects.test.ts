import { describe, expect, it } from "vitest";
import { projectNetworkPolicy } from "./project-objects.ts";

const RUNNER = [{ protocol: "TCP", port: 8001 }];
const platform = {
  from: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "pilothouse-system" } } }],
  ports: RUNNER,
};

describe("a project's network policy", () => {
  it("lets in the platform on the runner's port and who gathers metrics on both, and nobody else", () => {
    const { spec } = projectNetworkPolicy("sea", [8001], { "pilothouse.dev/monitoring": "true" });
    expect(spec?.podSelector).toEqual({});
    expect(spec?.policyTypes).toEqual(["Ingress", "Egress"]);
    expect(spec?.ingress).toEqual([
      platform,
      {
        from: [{ namespaceSelector: { matchLabels: { "pilothouse.dev/monitoring": "true" } } }],
        ports: [...RUNNER, { protocol: "TCP", port: 8002 }],
      },
    ]);
  });

  it("lets in nobody for metrics when no label is named: an empty selector would be every namespace", () => {
    expect(projectNetworkPolicy("sea", [8001], {}).spec?.ingress).toEqual([platform]);
  });

  it("leads to no metadata service", () => {
    const blocks = projectNetworkPolicy("sea", [8001], {}).spec?.egress?.[0]?.to?.map((peer) => peer.ipBlock);
    expect(blocks?.flatMap((block) => block?.except)).toEqual(
      expect.arrayContaining(["169.254.0.0/16", "fd00:ec2::254/128", "100.100.100.200/32", "168.63.129.16/32"]),
    );
  });
});
