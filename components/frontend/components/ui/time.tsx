"use client";
/** A moment as its distance from now, with the exact time on hover. */
import { formatAge } from "@/lib/format";
import { useNow } from "@/lib/use-now";

export function Time({ at, className }: { at: number | string | undefined; className?: string }) {
  const now = useNow(30_000);
  const moment = typeof at === "string" ? Date.parse(at) : (at ?? Number.NaN);
  if (Number.isNaN(moment) || moment === 0) return null;
  return (
    <time
      dateTime={new Date(moment).toISOString()}
      title={now === 0 ? undefined : new Date(moment).toLocaleString()}
      className={className}
    >
      {now === 0 ? "" : formatAge(moment, now)}
    </time>
  );
}
