/** Search, filter, sort and cut a page, over everything that Kubernetes returned. */
import type { ListQuery, Page } from "@pilothouse/contracts";
import { invalidField } from "../errors/api-error.ts";

export interface PageRules<T> {
  /** Texts that `search` looks into. */
  readonly search: (item: T) => readonly (string | undefined)[];
  /** What `sort` may name. */
  readonly sort: Readonly<Record<string, (item: T) => string | number | undefined>>;
  /** The order when nothing is asked for. */
  readonly defaultSort: string;
}

export function page<T>(
  items: readonly T[],
  query: ListQuery,
  rules: PageRules<T>,
  /** What `search` finds by other means. */
  alsoFound: (item: T) => boolean = () => false,
): Page<T> {
  const offset = query.continue === undefined ? query.offset : Number(query.continue);
  const needle = query.search?.toLowerCase();
  const matching =
    needle === undefined || needle === ""
      ? [...items]
      : items.filter(
          (item) => alsoFound(item) || rules.search(item).some((text) => text?.toLowerCase().includes(needle)),
        );
  sortBy(matching, query.sort ?? rules.defaultSort, rules);
  const { limit } = query;
  const end = offset + limit;
  const hasMore = end < matching.length;
  return {
    items: matching.slice(offset, end),
    totalCount: matching.length,
    limit,
    offset,
    hasMore,
    ...(hasMore ? { nextOffset: end } : {}),
  };
}

function sortBy<T>(items: T[], sort: string, rules: PageRules<T>): void {
  const descending = sort.startsWith("-");
  const name = descending ? sort.slice(1) : sort;
  const key = Object.hasOwn(rules.sort, name) ? rules.sort[name] : undefined;
  if (key === undefined) {
    throw invalidField("sort", `must be one of ${Object.keys(rules.sort).join(", ")}`, "query");
  }
  const direction = descending ? -1 : 1;
  const keyed = items.map((item) => ({ item, key: key(item) ?? "" }));
  keyed.sort((a, b) => direction * compare(a.key, b.key));
  keyed.forEach(({ item }, index) => (items[index] = item));
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
