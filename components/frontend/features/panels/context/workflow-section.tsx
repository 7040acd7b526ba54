"use client";
import { type AgenticSession, WorkflowMetadata } from "@pilothouse/contracts";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { request } from "@/lib/api/request";
import * as texts from "@/lib/texts";
import { workflowOf, workflowProblem } from "../../new-session/workflow";
import { WorkflowFields } from "../../new-session/workflow-fields";
import { PanelSection } from "../panel-section";
import { useSessionChange } from "./use-session-change";

const words = texts.panels;
const tones = { Cloning: "accent", Ready: "ok", Failed: "bad" } as const;

interface WorkflowSectionProps {
  project: string;
  session: AgenticSession;
  canChange: boolean;
}

export function WorkflowSection({ project, session, canChange }: WorkflowSectionProps) {
  const { spec, status, metadata } = session;
  const wish = spec.activeWorkflow;
  const fact = status?.reconciledWorkflow;
  const [isEditing, setEditing] = useState(false);
  const { data } = useQuery({
    queryKey: queryKeys.sessionPart(project, metadata.name, "workflow", JSON.stringify(fact ?? null)),
    queryFn: ({ signal }) =>
      request(WorkflowMetadata, `${api.session(project, metadata.name)}/workflow/metadata`, { signal }),
    enabled: wish !== undefined,
  });
  return (
    <PanelSection
      title={words.workflow}
      action={
        canChange && !isEditing ? (
          <Button size="sm" variant="ghost" onClick={() => setEditing(true)}>
            {wish === undefined ? words.chooseWorkflow : words.changeWorkflow}
          </Button>
        ) : null
      }
    >
      {wish === undefined && !isEditing ? <p className="text-sm text-ink-2">{words.noWorkflow}</p> : null}
      {wish === undefined || isEditing ? null : (
        <div className="grid gap-1 rounded-xl border border-line bg-card px-3 py-2">
          <p className="flex items-center gap-2">
            <span className="truncate font-medium">{data?.name ?? fact?.name ?? wish.gitUrl.split("/").at(-1)}</span>
            {fact === undefined ? null : <Badge tone={tones[fact.status]}>{words.repositoryStates[fact.status]}</Badge>}
          </p>
          {data?.description ? <p className="text-sm text-ink-2">{data.description}</p> : null}
          <p className="font-mono text-xs break-all text-ink-2">
            {[wish.gitUrl, wish.branch, wish.path].filter(Boolean).join(" · ")}
          </p>
          {fact?.message ? <p className="text-sm break-words text-bad">{fact.message}</p> : null}
          <Names title={words.commands} items={data?.commands} prefix="/" />
          <Names title={words.agents} items={data?.agents} prefix="" />
        </div>
      )}
      {isEditing ? <WorkflowForm project={project} session={session} onClose={() => setEditing(false)} /> : null}
    </PanelSection>
  );
}

function Names({
  title,
  items,
  prefix,
}: {
  title: string;
  items: WorkflowMetadata["commands"] | undefined;
  prefix: string;
}) {
  if (items === undefined || items.length === 0) return null;
  return (
    <p className="text-sm text-ink-2">
      {title}: {items.map(({ name }) => `${prefix}${name}`).join(", ")}
    </p>
  );
}

function WorkflowForm({
  project,
  session,
  onClose,
}: {
  project: string;
  session: AgenticSession;
  onClose: () => void;
}) {
  const change = useSessionChange(project, session);
  const wish = session.spec.activeWorkflow;
  const [draft, setDraft] = useState({
    gitUrl: wish?.gitUrl ?? "",
    branch: wish?.branch ?? "",
    path: wish?.path ?? "",
  });
  const save = (activeWorkflow: ReturnType<typeof workflowOf> | null) =>
    change.mutate({ activeWorkflow }, { onSuccess: onClose });
  return (
    <form
      className="grid gap-2.5 rounded-xl border border-line bg-card p-3"
      onSubmit={(event) => {
        event.preventDefault();
        save(workflowOf(draft) ?? null);
      }}
    >
      <WorkflowFields project={project} workflow={draft} onChange={setDraft} />
      <div className="flex justify-end gap-2">
        {wish === undefined ? null : (
          <Button size="sm" variant="ghost" disabled={change.isPending} onClick={() => save(null)}>
            {texts.common.remove}
          </Button>
        )}
        <Button size="sm" variant="ghost" onClick={onClose}>
          {texts.common.cancel}
        </Button>
        <Button
          size="sm"
          type="submit"
          variant="primary"
          disabled={change.isPending || draft.gitUrl.trim() === "" || workflowProblem(draft) !== undefined}
        >
          {texts.common.save}
        </Button>
      </div>
    </form>
  );
}
