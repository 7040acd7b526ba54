// What a session may know of those that were started for it: of the same user's alone, so that nobody can put words
// before another's agent.
import type { ChildSession } from "@pilothouse/contracts";
import type { Stored } from "@pilothouse/kubernetes";
import type { SessionObject } from "../resources/types.ts";

const MOST_CHILDREN = 100;
/** All results together must leave room in one object. */
const MOST_RESULT_CHARACTERS = 131_072;
const MOST_CHARACTERS_OF_ONE = 8192;

/** The newest ones, by name; undefined when there are none. */
export function childrenOf(
  parent: Stored<SessionObject>,
  candidates: readonly Stored<SessionObject>[],
): ChildSession[] | undefined {
  const userId = parent.spec.userContext?.userId;
  if (userId === undefined) return undefined;
  const children = candidates
    .filter(
      (child) =>
        child.spec.parentSession === parent.metadata.name &&
        child.metadata.namespace === parent.metadata.namespace &&
        child.metadata.uid !== parent.metadata.uid &&
        child.spec.userContext?.userId === userId,
    )
    .toSorted((left, right) => compare(right.metadata.creationTimestamp, left.metadata.creationTimestamp))
    .slice(0, MOST_CHILDREN);
  if (children.length === 0) return undefined;
  const characters = Math.min(MOST_CHARACTERS_OF_ONE, Math.floor(MOST_RESULT_CHARACTERS / children.length));
  return children
    .map((child) => childFact(child, characters))
    .toSorted((left, right) => compare(left.name, right.name));
}

/** What a parent sees of it. */
export function childFact(child: Stored<SessionObject>, characters = MOST_CHARACTERS_OF_ONE): ChildSession {
  const { phase, agent } = child.status ?? {};
  const { status, result } = agent ?? {};
  return {
    name: child.metadata.name,
    ...(phase === undefined ? {} : { phase }),
    ...(status === undefined ? {} : { agentStatus: status }),
    ...(result === undefined ? {} : { result: { ...result, text: result.text.slice(0, characters) } }),
  };
}

function compare(left = "", right = ""): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
