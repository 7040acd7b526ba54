/** Puts what a page needs first into its HTML, so that it is drawn with content and no spinner. */
import { dehydrate, type DehydratedState, QueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import { backendGet } from "./backend";

export interface Prefetch {
  readonly key: readonly unknown[];
  readonly path: string;
  readonly schema: z.ZodType;
  /** From the answer to what the browser keeps under the key. */
  readonly select?: (data: never) => unknown;
}

/** What cannot be had is left to the browser, which asks again and says what is wrong. */
export async function prefetch(wishes: readonly Prefetch[]): Promise<DehydratedState> {
  const client = new QueryClient();
  await Promise.all(
    wishes.map(async ({ key, path, schema, select }) => {
      const answer = await backendGet(schema, path);
      if (answer.ok) client.setQueryData(key, select === undefined ? answer.data : select(answer.data as never));
    }),
  );
  return dehydrate(client);
}
