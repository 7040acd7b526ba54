// How the values of flags are written: pairs, lists, addresses, tolerations.
import { parseGitHosts } from "@pilothouse/contracts";
import type { Toleration } from "@pilothouse/kubernetes";
import { z } from "zod";

const parts = (text: string): string[] =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

/** `name=value,name=value` */
export const Pairs = z.string().transform((text, context) => {
  const pairs: Record<string, string> = {};
  for (const part of parts(text)) {
    const equals = part.indexOf("=");
    if (equals < 1) context.addIssue({ code: "custom", message: `${part} is not of the form name=value` });
    else pairs[part.slice(0, equals).trim()] = part.slice(equals + 1).trim();
  }
  return pairs;
});

/** As `kubectl taint` writes taints: `name=value:NoSchedule`, `name:NoExecute`, and `name` for any effect. */
export const Tolerations = z.string().transform((text, context) => {
  const tolerations: Toleration[] = [];
  for (const part of parts(text)) {
    const [, key, value, effect] =
      /^([^=:\s]+)(?:=([^:\s]*))?(?::(NoSchedule|PreferNoSchedule|NoExecute))?$/.exec(part) ?? [];
    if (key === undefined) {
      context.addIssue({ code: "custom", message: `${part} is not of the form name[=value][:effect]` });
      continue;
    }
    const matching = value === undefined ? { operator: "Exists" } : { operator: "Equal", value };
    tolerations.push({ key, ...matching, ...(effect === undefined ? {} : { effect }) });
  }
  return tolerations;
});

/** As the contracts read them: `HOST`, `HOST:PORT`, or `http://HOST:PORT` for a forge without TLS. */
export const GitHosts = z.string().transform((text, context) => {
  for (const host of parseGitHosts(text).invalid)
    context.addIssue({ code: "custom", message: `${host} is not a host, a host with a port, or http:// before one` });
  return text;
});

const HOST = /^(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$|^\[[0-9a-f:.]+\](?::\d{1,5})?$/;

/** `example.com,*.example.com,git.example.com:8443`, tidied. */
export const Hosts = z.string().transform((text, context) => {
  const hosts = parts(text).map((host) => host.toLowerCase());
  for (const host of hosts.filter((candidate) => !HOST.test(candidate)))
    context.addIssue({ code: "custom", message: `${host} is not a host, a pattern of hosts or a host with a port` });
  return hosts;
});

export const Port = z.coerce.number().int().min(0).max(65_535);
export const Seconds = z.coerce.number().min(0);
export const HttpUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ""));
