"use client";
import { type AgenticSession, SessionEventsAnswer } from "@pilothouse/contracts";
import { useQuery } from "@tanstack/react-query";
import { Check, Minus, X } from "lucide-react";
import { useMemo } from "react";
import type { z } from "zod";
import { Notice } from "@/components/ui/feedback";
import { Time } from "@/components/ui/time";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { messageOf, request } from "@/lib/api/request";
import { cn } from "@/lib/class-names";
import * as texts from "@/lib/texts";
import { CodeBlock } from "../markdown/code-block";
import { PanelSection } from "./panel-section";
import { toYaml } from "./yaml";

const words = texts.panels;
type Pod = NonNullable<z.infer<typeof SessionEventsAnswer>["pod"]>;

export function DetailsPanel({ project, session }: { project: string; session: AgenticSession }) {
  const { name } = session.metadata;
  const { data, error } = useQuery({
    // Asked anew whenever the session's lifecycle moves on.
    queryKey: queryKeys.sessionPart(
      project,
      name,
      "events",
      session.status?.phase ?? "",
      String(session.status?.attempt ?? 0),
    ),
    queryFn: ({ signal }) => request(SessionEventsAnswer, api.sessionEvents(project, name), { signal }),
    placeholderData: (former) => former,
  });
  const yaml = useMemo(() => toYaml(session.spec), [session.spec]);
  return (
    <div className="grid gap-6 p-5">
      <Conditions session={session} />
      {data?.pod ? <PodState pod={data.pod} /> : null}
      <PanelSection title={words.events}>
        {error === null ? null : <Notice title={messageOf(error)} />}
        {data?.items.length === 0 ? <p className="text-sm text-ink-3">{words.noEvents}</p> : null}
        <ul className="grid gap-1.5 text-sm">
          {data?.items.map((event, index) => (
            <li key={index} className="grid grid-cols-[1fr_auto] gap-x-2">
              <span className={cn("font-medium", event.type === "Warning" && "text-warn-ink")}>
                {event.reason}
                {event.count > 1 ? <span className="font-normal text-ink-3"> ×{event.count}</span> : null}
              </span>
              <Time at={event.timestamp ?? undefined} className="text-xs text-ink-3" />
              <span className="col-span-2 break-words text-ink-2">{event.message}</span>
            </li>
          ))}
        </ul>
      </PanelSection>
      <PanelSection title={words.spec}>
        <CodeBlock code={yaml} language="yaml" />
      </PanelSection>
    </div>
  );
}

const glyphs = {
  True: <Check role="img" aria-label={words.met} className="mt-[3px] size-3.5 text-ok" strokeWidth={2.4} />,
  False: <X role="img" aria-label={words.notMet} className="mt-[3px] size-3.5 text-bad" strokeWidth={2.4} />,
  Unknown: <Minus role="img" aria-label={texts.common.unknown} className="mt-[3px] size-3.5 text-ink-3" />,
};

function Conditions({ session }: { session: AgenticSession }) {
  const conditions = session.status?.conditions ?? [];
  if (conditions.length === 0) return null;
  return (
    <PanelSection title={words.conditions}>
      <ul className="grid gap-1.5 text-sm">
        {conditions.map((condition) => (
          <li key={condition.type} className="grid grid-cols-[16px_1fr_auto] gap-x-2">
            {glyphs[condition.status]}
            <span className="font-medium">{condition.type}</span>
            <Time at={condition.lastTransitionTime} className="text-xs text-ink-3" />
            <span className="col-span-2 col-start-2 break-words text-ink-2">
              {condition.message === "" ? condition.reason : condition.message}
            </span>
          </li>
        ))}
      </ul>
    </PanelSection>
  );
}

function PodState({ pod }: { pod: Pod }) {
  return (
    <PanelSection title={words.pod}>
      <p className="text-sm break-all">
        <span className="font-mono text-xs">{pod.name}</span> <span className="text-ink-2">{pod.phase}</span>
      </p>
      <ul className="grid gap-1 text-sm">
        {pod.containers.map((container) => (
          <li key={container.name} className="break-words">
            <span className="font-medium">{container.name}</span>{" "}
            <span className="text-ink-2">
              {[
                words.containerStates[container.state],
                container.reason,
                container.exitCode === undefined ? undefined : words.exitCode(container.exitCode),
                container.restartCount === 0 ? undefined : words.restarts(container.restartCount),
                container.message,
              ]
                .filter(Boolean)
                .join(" · ")}
            </span>
          </li>
        ))}
      </ul>
    </PanelSection>
  );
}
