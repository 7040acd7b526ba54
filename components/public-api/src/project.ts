/** Which project a request is about: the header says, or the access key belongs to one. */
import type { IncomingHttpHeaders } from "node:http";
import { DnsLabel } from "@pilothouse/contracts";
import { z } from "zod";
import { GatewayError } from "./errors.ts";

const Claims = z.object({ sub: z.string() });

/** @throws GatewayError PROJECT_REQUIRED or INVALID_REQUEST */
export function projectOf(headers: IncomingHttpHeaders, token: string): string {
  const header = headers["x-project"];
  const named = typeof header === "string" && header !== "" ? header : projectOfKey(token);
  if (named === undefined) {
    throw new GatewayError("PROJECT_REQUIRED", "name the project in the header X-Project, or use an access key of it");
  }
  const project = DnsLabel.safeParse(named);
  if (!project.success) throw new GatewayError("INVALID_REQUEST", "X-Project is not the name of a project");
  return project.data;
}

/** Read, not verified: it only says where to ask, and the backend asks Kubernetes who the token is. */
function projectOfKey(token: string): string | undefined {
  const payload = token.split(".")[1];
  if (payload === undefined) return undefined;
  try {
    const { sub } = Claims.parse(JSON.parse(Buffer.from(payload, "base64url").toString("utf8")));
    return /^system:serviceaccount:([^:]+):key-[^:]+$/.exec(sub)?.[1];
  } catch {
    return undefined;
  }
}
