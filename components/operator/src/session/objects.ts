// The objects that a session owns besides its Jobs: identity, workspace, the broker's token, a name in DNS.
import { randomBytes } from "node:crypto";
import { API_GROUP, LABELS, sessionObjectName } from "@pilothouse/contracts";
import {
  ownerReferenceTo,
  type ObjectMeta,
  type PersistentVolumeClaim,
  type Role,
  type RoleBinding,
  type Secret,
  type Service,
  type ServiceAccount,
  type Stored,
} from "@pilothouse/kubernetes";
import { sessions, type SessionObject } from "../resources/types.ts";
import { BROKER_TOKEN_KEY, OPERATOR_NAME } from "./names.ts";

export interface SessionObjects {
  readonly serviceAccount: ServiceAccount;
  readonly role: Role;
  readonly roleBinding: RoleBinding;
  readonly workspace: PersistentVolumeClaim;
  readonly service: Service;
}

export function sessionLabels(session: Stored<SessionObject>): Record<string, string> {
  return {
    [LABELS.session]: session.metadata.name,
    [LABELS.sessionUid]: session.metadata.uid,
    [LABELS.managedBy]: OPERATOR_NAME,
    [LABELS.partOf]: "pilothouse",
    [LABELS.component]: "session",
  };
}

function ownedMetadata(session: Stored<SessionObject>): ObjectMeta {
  return {
    name: sessionObjectName(session.metadata.name),
    namespace: session.metadata.namespace,
    labels: sessionLabels(session),
    ownerReferences: [ownerReferenceTo(sessions, session)],
  };
}

export function sessionObjects(
  session: Stored<SessionObject>,
  options: { readonly workspaceSize: string; readonly storageClass: string | undefined; readonly port: number },
): SessionObjects {
  const { name, namespace } = session.metadata;
  const objectName = sessionObjectName(name);
  return {
    serviceAccount: { metadata: ownedMetadata(session), automountServiceAccountToken: false },
    role: {
      metadata: ownedMetadata(session),
      rules: [
        {
          apiGroups: [API_GROUP],
          resources: ["agenticsessions"],
          resourceNames: [name],
          verbs: ["get", "list", "watch"],
        },
        {
          apiGroups: [API_GROUP],
          resources: ["agenticsessions/status"],
          resourceNames: [name],
          verbs: ["get", "patch", "update"],
        },
      ],
    },
    roleBinding: {
      metadata: ownedMetadata(session),
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: objectName },
      subjects: [{ kind: "ServiceAccount", name: objectName, namespace }],
    },
    workspace: {
      metadata: ownedMetadata(session),
      spec: {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: options.workspaceSize } },
        ...(options.storageClass === undefined ? {} : { storageClassName: options.storageClass }),
      },
    },
    service: {
      metadata: ownedMetadata(session),
      spec: {
        clusterIP: "None",
        // By uid, which no label of a user's making can take.
        selector: { [LABELS.sessionUid]: session.metadata.uid },
        ports: [{ name: "ag-ui", port: options.port, targetPort: options.port, protocol: "TCP" }],
      },
    },
  };
}

export function brokerSecret(session: Stored<SessionObject>): Secret {
  return {
    metadata: ownedMetadata(session),
    type: "Opaque",
    stringData: { [BROKER_TOKEN_KEY]: randomBytes(32).toString("base64url") },
  };
}
