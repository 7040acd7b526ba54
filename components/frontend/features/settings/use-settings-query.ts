"use client";
/** Reading and writing one part of a project's settings: the reader, and a writer that refreshes it and tells. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import { toast } from "@/components/ui/toast";
import { messageOf, request } from "@/lib/api/request";

export function useSettingsQuery<T>(key: readonly unknown[], schema: z.ZodType<T>, path: string) {
  return useQuery({ queryKey: key, queryFn: ({ signal }) => request(schema, path, { signal }) });
}

export interface Change<T> {
  readonly run: () => Promise<T>;
  /** What to say when it is done. */
  readonly done: string;
  readonly onDone?: (answer: T) => void;
}

export function useSettingsChange<T = unknown>(key: readonly unknown[]) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: Change<T>) => change.run(),
    onSuccess: async (answer, change) => {
      await client.invalidateQueries({ queryKey: key });
      toast(change.done);
      change.onDone?.(answer);
    },
    onError: (error) => toast(messageOf(error), "bad"),
  });
}
