// Core v1: the fields that we read or write, not the whole API.
import { defineResource, type KubernetesObject, type ObjectMeta } from "./meta.ts";

export interface ObjectReference {
  apiVersion?: string;
  kind?: string;
  namespace?: string;
  name?: string;
  uid?: string;
  resourceVersion?: string;
  fieldPath?: string;
}

export interface LocalObjectReference {
  name: string;
}

export interface KeyToPath {
  key: string;
  path: string;
  mode?: number;
}

export interface KeySelector {
  name: string;
  key: string;
  optional?: boolean;
}

export interface ResourceFieldSelector {
  containerName?: string;
  resource: string;
  divisor?: string | number;
}

/** A file of a downward API volume. */
export interface DownwardFile {
  path: string;
  fieldRef?: { apiVersion?: string; fieldPath: string };
  resourceFieldRef?: ResourceFieldSelector;
  mode?: number;
}

export interface EnvironmentVariable {
  name: string;
  value?: string;
  valueFrom?: {
    fieldRef?: { apiVersion?: string; fieldPath: string };
    secretKeyRef?: KeySelector;
    configMapKeyRef?: KeySelector;
    resourceFieldRef?: ResourceFieldSelector;
  };
}

export interface EnvironmentSource {
  prefix?: string;
  configMapRef?: { name: string; optional?: boolean };
  secretRef?: { name: string; optional?: boolean };
}

export interface ResourceRequirements {
  requests?: Record<string, string>;
  limits?: Record<string, string>;
}

export interface HttpGetAction {
  path?: string;
  port: number | string;
  host?: string;
  scheme?: string;
  httpHeaders?: { name: string; value: string }[];
}

export interface LifecycleHandler {
  exec?: { command: string[] };
  httpGet?: HttpGetAction;
  sleep?: { seconds: number };
}

export interface Probe {
  httpGet?: HttpGetAction;
  tcpSocket?: { port: number | string; host?: string };
  exec?: { command: string[] };
  initialDelaySeconds?: number;
  timeoutSeconds?: number;
  periodSeconds?: number;
  successThreshold?: number;
  failureThreshold?: number;
  terminationGracePeriodSeconds?: number;
}

export interface SecurityContext {
  allowPrivilegeEscalation?: boolean;
  capabilities?: { add?: string[]; drop?: string[] };
  privileged?: boolean;
  readOnlyRootFilesystem?: boolean;
  runAsGroup?: number;
  runAsNonRoot?: boolean;
  runAsUser?: number;
  seccompProfile?: { type: string; localhostProfile?: string };
}

export interface PodSecurityContext extends Omit<
  SecurityContext,
  "allowPrivilegeEscalation" | "capabilities" | "privileged" | "readOnlyRootFilesystem"
> {
  fsGroup?: number;
  fsGroupChangePolicy?: string;
  supplementalGroups?: number[];
}

export interface VolumeMount {
  name: string;
  mountPath: string;
  subPath?: string;
  subPathExpr?: string;
  readOnly?: boolean;
}

export interface ContainerPort {
  name?: string;
  containerPort: number;
  protocol?: string;
}

export interface Container {
  name: string;
  image?: string;
  imagePullPolicy?: string;
  command?: string[];
  args?: string[];
  workingDir?: string;
  ports?: ContainerPort[];
  env?: EnvironmentVariable[];
  envFrom?: EnvironmentSource[];
  resources?: ResourceRequirements;
  volumeMounts?: VolumeMount[];
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  startupProbe?: Probe;
  lifecycle?: { postStart?: LifecycleHandler; preStop?: LifecycleHandler };
  securityContext?: SecurityContext;
  /** On an init container, "Always" makes it a sidecar that starts first and ends last. */
  restartPolicy?: "Always";
  terminationMessagePath?: string;
  terminationMessagePolicy?: "File" | "FallbackToLogsOnError";
  stdin?: boolean;
  tty?: boolean;
}

export interface ProjectedSource {
  serviceAccountToken?: { audience?: string; expirationSeconds?: number; path: string };
  configMap?: { name: string; items?: KeyToPath[]; optional?: boolean };
  secret?: { name: string; items?: KeyToPath[]; optional?: boolean };
  downwardAPI?: { items?: DownwardFile[] };
}

export interface Volume {
  name: string;
  emptyDir?: { medium?: string; sizeLimit?: string };
  secret?: { secretName: string; items?: KeyToPath[]; optional?: boolean; defaultMode?: number };
  configMap?: { name: string; items?: KeyToPath[]; optional?: boolean; defaultMode?: number };
  persistentVolumeClaim?: { claimName: string; readOnly?: boolean };
  projected?: { sources: ProjectedSource[]; defaultMode?: number };
  downwardAPI?: { items?: DownwardFile[]; defaultMode?: number };
  hostPath?: { path: string; type?: string };
}

export interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
  tolerationSeconds?: number;
}

export interface PodSpec {
  activeDeadlineSeconds?: number;
  affinity?: Record<string, unknown>;
  automountServiceAccountToken?: boolean;
  containers: Container[];
  dnsPolicy?: string;
  enableServiceLinks?: boolean;
  hostNetwork?: boolean;
  hostname?: string;
  imagePullSecrets?: LocalObjectReference[];
  initContainers?: Container[];
  nodeName?: string;
  nodeSelector?: Record<string, string>;
  priorityClassName?: string;
  restartPolicy?: "Always" | "OnFailure" | "Never";
  runtimeClassName?: string;
  schedulerName?: string;
  securityContext?: PodSecurityContext;
  serviceAccountName?: string;
  setHostnameAsFQDN?: boolean;
  shareProcessNamespace?: boolean;
  subdomain?: string;
  terminationGracePeriodSeconds?: number;
  tolerations?: Toleration[];
  volumes?: Volume[];
}

export interface PodTemplateSpec {
  metadata?: ObjectMeta;
  spec: PodSpec;
}

export interface ContainerStateWaiting {
  reason?: string;
  message?: string;
}

export interface ContainerStateTerminated {
  exitCode: number;
  signal?: number;
  reason?: string;
  message?: string;
  startedAt?: string;
  finishedAt?: string;
  containerID?: string;
}

export interface ContainerState {
  waiting?: ContainerStateWaiting;
  running?: { startedAt?: string };
  terminated?: ContainerStateTerminated;
}

export interface ContainerStatus {
  name: string;
  ready: boolean;
  started?: boolean;
  restartCount: number;
  image: string;
  imageID: string;
  containerID?: string;
  state?: ContainerState;
  lastState?: ContainerState;
}

export interface PodCondition {
  type: string;
  status: "True" | "False" | "Unknown";
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  lastProbeTime?: string;
}

export interface PodStatus {
  phase?: "Pending" | "Running" | "Succeeded" | "Failed" | "Unknown";
  conditions?: PodCondition[];
  message?: string;
  reason?: string;
  podIP?: string;
  podIPs?: { ip: string }[];
  hostIP?: string;
  hostIPs?: { ip: string }[];
  startTime?: string;
  initContainerStatuses?: ContainerStatus[];
  containerStatuses?: ContainerStatus[];
  qosClass?: string;
}

export interface Pod extends KubernetesObject {
  spec?: PodSpec;
  status?: PodStatus;
}

export interface Secret extends KubernetesObject {
  type?: string;
  immutable?: boolean;
  /** Values are base64. */
  data?: Record<string, string>;
  /** Write-only: plain values that the server folds into `data`. */
  stringData?: Record<string, string>;
}

export interface ConfigMap extends KubernetesObject {
  immutable?: boolean;
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
}

export interface Namespace extends KubernetesObject {
  spec?: { finalizers?: string[] };
  status?: { phase?: "Active" | "Terminating"; conditions?: PodCondition[] };
}

export interface ServiceAccount extends KubernetesObject {
  automountServiceAccountToken?: boolean;
  imagePullSecrets?: LocalObjectReference[];
  secrets?: ObjectReference[];
}

export interface PersistentVolumeClaim extends KubernetesObject {
  spec?: {
    accessModes?: string[];
    resources?: ResourceRequirements;
    storageClassName?: string;
    volumeMode?: string;
    volumeName?: string;
  };
  status?: {
    phase?: "Pending" | "Bound" | "Lost";
    accessModes?: string[];
    capacity?: Record<string, string>;
    conditions?: PodCondition[];
  };
}

export interface PersistentVolume extends KubernetesObject {
  spec?: Record<string, unknown>;
  status?: { phase?: string; message?: string; reason?: string };
}

export interface Service extends KubernetesObject {
  spec?: {
    type?: string;
    clusterIP?: string;
    clusterIPs?: string[];
    selector?: Record<string, string>;
    ports?: { name?: string; port: number; targetPort?: number | string; protocol?: string; nodePort?: number }[];
    publishNotReadyAddresses?: boolean;
    externalName?: string;
  };
  status?: Record<string, unknown>;
}

export interface EndpointAddress {
  ip: string;
  targetRef?: ObjectReference;
  nodeName?: string;
}

export interface Endpoints extends KubernetesObject {
  subsets?: {
    addresses?: EndpointAddress[];
    notReadyAddresses?: EndpointAddress[];
    ports?: { name?: string; port: number; protocol?: string }[];
  }[];
}

export interface ResourceQuota extends KubernetesObject {
  spec?: { hard?: Record<string, string>; scopes?: string[] };
  status?: { hard?: Record<string, string>; used?: Record<string, string> };
}

export interface LimitRange extends KubernetesObject {
  spec?: {
    limits: {
      type: string;
      default?: Record<string, string>;
      defaultRequest?: Record<string, string>;
      max?: Record<string, string>;
      min?: Record<string, string>;
    }[];
  };
}

export interface Node extends KubernetesObject {
  spec?: {
    podCIDR?: string;
    providerID?: string;
    unschedulable?: boolean;
    taints?: { key: string; value?: string; effect: string }[];
  };
  status?: {
    addresses?: { type: string; address: string }[];
    allocatable?: Record<string, string>;
    capacity?: Record<string, string>;
    conditions?: PodCondition[];
    nodeInfo?: Record<string, string>;
  };
}

/** The events of core v1; `events.k8s.io/v1` stores the same objects. */
export interface CoreEvent extends KubernetesObject {
  involvedObject: ObjectReference;
  reason?: string;
  message?: string;
  type?: string;
  count?: number;
  firstTimestamp?: string | null;
  lastTimestamp?: string | null;
  eventTime?: string | null;
  action?: string;
  reportingComponent?: string;
  reportingInstance?: string;
  source?: { component?: string; host?: string };
  series?: { count: number; lastObservedTime: string } | null;
}

const core = { group: "", version: "v1" };
export const pods = defineResource<Pod>({ ...core, plural: "pods", kind: "Pod", namespaced: true });
export const secrets = defineResource<Secret>({ ...core, plural: "secrets", kind: "Secret", namespaced: true });
export const configMaps = defineResource<ConfigMap>({
  ...core,
  plural: "configmaps",
  kind: "ConfigMap",
  namespaced: true,
});
export const namespaces = defineResource<Namespace>({
  ...core,
  plural: "namespaces",
  kind: "Namespace",
  namespaced: false,
});
export const serviceAccounts = defineResource<ServiceAccount>({
  ...core,
  plural: "serviceaccounts",
  kind: "ServiceAccount",
  namespaced: true,
});
export const persistentVolumeClaims = defineResource<PersistentVolumeClaim>({
  ...core,
  plural: "persistentvolumeclaims",
  kind: "PersistentVolumeClaim",
  namespaced: true,
});
export const persistentVolumes = defineResource<PersistentVolume>({
  ...core,
  plural: "persistentvolumes",
  kind: "PersistentVolume",
  namespaced: false,
});
export const services = defineResource<Service>({ ...core, plural: "services", kind: "Service", namespaced: true });
export const endpoints = defineResource<Endpoints>({
  ...core,
  plural: "endpoints",
  kind: "Endpoints",
  namespaced: true,
});
export const resourceQuotas = defineResource<ResourceQuota>({
  ...core,
  plural: "resourcequotas",
  kind: "ResourceQuota",
  namespaced: true,
});
export const limitRanges = defineResource<LimitRange>({
  ...core,
  plural: "limitranges",
  kind: "LimitRange",
  namespaced: true,
});
export const nodes = defineResource<Node>({ ...core, plural: "nodes", kind: "Node", namespaced: false });
export const coreEvents = defineResource<CoreEvent>({ ...core, plural: "events", kind: "Event", namespaced: true });
