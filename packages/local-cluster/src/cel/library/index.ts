// All functions that Kubernetes' expressions may call.
import type { FunctionTable, Overload } from "../functions.ts";
import { conversions } from "./conversions.ts";
import { lists } from "./lists.ts";
import { networks, networkTexts } from "./networks.ts";
import { operators } from "./operators.ts";
import { optionals } from "./optionals.ts";
import { quantities } from "./quantities.ts";
import { strings } from "./strings.ts";
import { time } from "./time.ts";
import { urls } from "./urls.ts";

export type Functions = ReadonlyMap<string, readonly Overload[]>;

/** Libraries may add overloads to each other's functions. */
export function mergeFunctions(...tables: readonly FunctionTable[]): Functions {
  const merged = new Map<string, readonly Overload[]>();
  for (const table of tables)
    for (const [name, overloads] of Object.entries(table))
      merged.set(name, [...(merged.get(name) ?? []), ...overloads]);
  return merged;
}

export const standardTables: readonly FunctionTable[] = [
  operators,
  conversions,
  time,
  strings,
  lists,
  optionals,
  urls,
  quantities,
  networks,
  networkTexts,
];
