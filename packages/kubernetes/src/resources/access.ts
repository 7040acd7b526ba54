// authentication.k8s.io and authorization.k8s.io: "who am I" and "may I", asked with the caller's own token.
import { defineResource, type KubernetesObject } from "./meta.ts";

export interface UserInfo {
  username?: string;
  uid?: string;
  groups?: string[];
  extra?: Record<string, string[]>;
}

export interface SelfSubjectReview extends KubernetesObject {
  status?: { userInfo?: UserInfo };
}

export interface ResourceAttributes {
  namespace?: string;
  verb?: string;
  group?: string;
  version?: string;
  resource?: string;
  subresource?: string;
  name?: string;
}

export interface AccessReviewStatus {
  allowed: boolean;
  denied?: boolean;
  reason?: string;
  evaluationError?: string;
}

export interface SelfSubjectAccessReview extends KubernetesObject {
  spec: { resourceAttributes?: ResourceAttributes; nonResourceAttributes?: { path?: string; verb?: string } };
  status?: AccessReviewStatus;
}

export interface SubjectAccessReview extends KubernetesObject {
  spec: SelfSubjectAccessReview["spec"] & {
    user?: string;
    groups?: string[];
    uid?: string;
    extra?: Record<string, string[]>;
  };
  status?: AccessReviewStatus;
}

export interface SelfSubjectRulesReview extends KubernetesObject {
  spec: { namespace: string };
  status?: {
    incomplete: boolean;
    evaluationError?: string;
    resourceRules: { verbs: string[]; apiGroups?: string[]; resources?: string[]; resourceNames?: string[] }[];
    nonResourceRules: { verbs: string[]; nonResourceURLs?: string[] }[];
  };
}

export interface TokenReview extends KubernetesObject {
  spec: { token: string; audiences?: string[] };
  status?: { authenticated?: boolean; user?: UserInfo; audiences?: string[]; error?: string };
}

/** The body of the `token` subresource of a ServiceAccount. */
export interface TokenRequest extends KubernetesObject {
  spec: {
    audiences?: string[];
    expirationSeconds?: number;
    boundObjectRef?: { kind?: string; apiVersion?: string; name?: string; uid?: string };
  };
  status?: { token: string; expirationTimestamp: string };
}

const authentication = { group: "authentication.k8s.io", version: "v1" };
const authorization = { group: "authorization.k8s.io", version: "v1" };
export const selfSubjectReviews = defineResource<SelfSubjectReview>({
  ...authentication,
  plural: "selfsubjectreviews",
  kind: "SelfSubjectReview",
  namespaced: false,
});
export const tokenReviews = defineResource<TokenReview>({
  ...authentication,
  plural: "tokenreviews",
  kind: "TokenReview",
  namespaced: false,
});
export const selfSubjectAccessReviews = defineResource<SelfSubjectAccessReview>({
  ...authorization,
  plural: "selfsubjectaccessreviews",
  kind: "SelfSubjectAccessReview",
  namespaced: false,
});
export const subjectAccessReviews = defineResource<SubjectAccessReview>({
  ...authorization,
  plural: "subjectaccessreviews",
  kind: "SubjectAccessReview",
  namespaced: false,
});
export const selfSubjectRulesReviews = defineResource<SelfSubjectRulesReview>({
  ...authorization,
  plural: "selfsubjectrulesreviews",
  kind: "SelfSubjectRulesReview",
  namespaced: false,
});
