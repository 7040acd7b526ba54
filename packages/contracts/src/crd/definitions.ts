/** The CustomResourceDefinitions of the platform, built from the resource schemas. */
import { API_GROUP, API_VERSION } from "../names.ts";
import { AgenticSessionSpec, AgenticSessionStatus } from "../resources/agentic-session.ts";
import { ProjectAccessSpec } from "../resources/project-access.ts";
import { ProjectSettingsSpec, ProjectSettingsStatus } from "../resources/project-settings.ts";
import { ProjectSpec, ProjectStatus } from "../resources/project.ts";
import { type JsonObject, structuralSchema } from "./structural-schema.ts";

type Column = { name: string; type: "string" | "date" | "integer"; jsonPath: string; priority?: number };

type Definition = {
  kind: string;
  plural: string;
  shortNames: string[];
  description: string;
  spec: JsonObject;
  specRequired: boolean;
  status?: JsonObject;
  columns: Column[];
  rules?: { rule: string; message: string }[];
};

const AGE: Column = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" };

const DEFINITIONS: Definition[] = [
  {
    kind: "AgenticSession",
    plural: "agenticsessions",
    shortNames: ["as"],
    description: "One AI agent's work, from creation to completion.",
    spec: structuralSchema(AgenticSessionSpec),
    specRequired: true,
    status: structuralSchema(AgenticSessionStatus),
    columns: [
      { name: "Phase", type: "string", jsonPath: ".status.phase" },
      { name: "Runner", type: "string", jsonPath: ".spec.runnerType" },
      { name: "Model", type: "string", jsonPath: ".spec.llmSettings.model" },
      { name: "Agent", type: "string", jsonPath: ".status.agent.status" },
      AGE,
      { name: "Reason", type: "string", jsonPath: ".status.message" },
    ],
    // The name becomes part of Job, pod and label names: `session-<name>` and `<name>-<attempt>` must stay DNS labels.
    rules: [{ rule: "size(self.metadata.name) <= 50", message: "the name of a session has at most 50 characters" }],
  },
  {
    kind: "Project",
    plural: "projects",
    shortNames: [],
    description: "A team's room: the operator makes a namespace of the same name.",
    spec: structuralSchema(ProjectSpec),
    specRequired: true,
    status: structuralSchema(ProjectStatus),
    columns: [
      { name: "Phase", type: "string", jsonPath: ".status.phase" },
      { name: "Owner", type: "string", jsonPath: ".spec.owner" },
      AGE,
      { name: "Reason", type: "string", jsonPath: ".status.message" },
    ],
    rules: [{ rule: "size(self.metadata.name) <= 63", message: "the name of a project has at most 63 characters" }],
  },
  {
    kind: "ProjectAccess",
    plural: "projectaccesses",
    shortNames: [],
    description: "The projects that one user or group may enter; written by the operator.",
    spec: structuralSchema(ProjectAccessSpec),
    specRequired: true,
    columns: [{ name: "Subject", type: "string", jsonPath: ".spec.subject.name" }, AGE],
  },
  {
    kind: "ProjectSettings",
    plural: "projectsettings",
    shortNames: [],
    description: "What a project's admins decide for all its sessions.",
    spec: structuralSchema(ProjectSettingsSpec),
    specRequired: false,
    status: structuralSchema(ProjectSettingsStatus),
    columns: [AGE],
    rules: [
      {
        rule: "self.metadata.name == 'projectsettings'",
        message: "there is one ProjectSettings per project, named projectsettings",
      },
    ],
  },
];

function toCustomResourceDefinition(definition: Definition): JsonObject {
  const properties: JsonObject = {
    apiVersion: { type: "string" },
    kind: { type: "string" },
    metadata: { type: "object" },
    spec: definition.spec,
  };
  if (definition.status !== undefined) properties["status"] = definition.status;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${definition.plural}.${API_GROUP}` },
    spec: {
      group: API_GROUP,
      scope: "Namespaced",
      names: {
        kind: definition.kind,
        listKind: `${definition.kind}List`,
        plural: definition.plural,
        singular: definition.kind.toLowerCase(),
        ...(definition.shortNames.length > 0 ? { shortNames: definition.shortNames } : {}),
        categories: ["pilothouse"],
      },
      versions: [
        {
          name: API_VERSION,
          served: true,
          storage: true,
          ...(definition.status === undefined ? {} : { subresources: { status: {} } }),
          additionalPrinterColumns: definition.columns,
          schema: {
            openAPIV3Schema: {
              type: "object",
              description: definition.description,
              ...(definition.specRequired ? { required: ["spec"] } : {}),
              properties,
              ...(definition.rules === undefined ? {} : { "x-kubernetes-validations": definition.rules }),
            },
          },
        },
      ],
    },
  };
}

/** All CustomResourceDefinitions, by file name (`agenticsessions.yaml`). */
export function customResourceDefinitions(): Record<string, JsonObject> {
  return Object.fromEntries(
    DEFINITIONS.map((definition) => [`${definition.plural}.yaml`, toCustomResourceDefinition(definition)]),
  );
}
