"use client";
import { SessionResource } from "@pilothouse/contracts";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ArrowUp } from "lucide-react";
import { useRouter, useSearchParams } from "next/navigation";
import { type FormEvent, type KeyboardEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/feedback";
import { GrowingTextarea } from "@/components/ui/growing-textarea";
import { Logo } from "@/components/ui/logo";
import { Spinner } from "@/components/ui/spinner";
import { api, pages } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { useAllowed, useModels, useRunnerSecrets, useRunnerTypes } from "@/lib/api/queries";
import { messageOf, request } from "@/lib/api/request";
import { randomId } from "@/lib/random-id";
import { texts } from "@/lib/texts";
import { useDraft } from "@/lib/use-draft";
import { MissingKey } from "./missing-key";
import { ModelPicker } from "./model-picker";
import { MoreOptions } from "./more-options";
import { RepositoryFields } from "./repository-fields";
import {
  effectiveRunner,
  formFromAddress,
  missingKeys,
  modelsFor,
  repositoryProblem,
  requestOf,
  type SessionForm,
} from "./session-form";

const MAXIMUM_PROMPT = 262_144;

export function NewSessionPage({ project }: { project: string }) {
  const parameters = useSearchParams();
  const [prompt, setPrompt] = useDraft(`${project}/new`, parameters.get("prompt") ?? "");
  const [form, setForm] = useState<SessionForm>(() => formFromAddress(new URLSearchParams(parameters)));
  const [isMore, setMore] = useState(false);
  const { data: runners, error: runnersError } = useRunnerTypes(project);
  const { data: models } = useModels(project);
  const { data: secrets } = useRunnerSecrets(project);
  const canCreate = useAllowed(project, "createSessions");

  const modelList = models?.models ?? [];
  const runner = effectiveRunner(form, runners ?? [], modelList, models?.defaultModel ?? null);
  const missing =
    secrets === undefined
      ? []
      : missingKeys(runner, new Set(secrets.keys.filter((key) => key.set).map((key) => key.name)));
  const isInvalid =
    form.repositories.some((repository) => repositoryProblem(repository) !== undefined) ||
    prompt.length > MAXIMUM_PROMPT;
  const create = useCreateSession(project, () => setPrompt(""));
  const isReplay = runner?.framework === "replay";
  const canSubmit =
    runner !== undefined &&
    missing.length === 0 &&
    !isInvalid &&
    (prompt.trim() !== "" || isReplay) &&
    canCreate !== false &&
    !create.isPending;

  const change = (changes: Partial<SessionForm>) => setForm({ ...form, ...changes });
  function submit(event?: FormEvent): void {
    event?.preventDefault();
    if (canSubmit) create.mutate(requestOf(form, prompt, runner, modelList));
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  }

  return (
    <main className="scroll-thin min-h-0 flex-1 overflow-y-auto">
      <form
        onSubmit={submit}
        className="mx-auto grid max-w-[720px] grid-cols-[minmax(0,1fr)] gap-4 px-4 pt-[max(40px,14dvh)] pb-12 sm:px-6"
      >
        <Logo className="mx-auto size-8" />
        <h1 className="mb-2 text-center text-2xl font-semibold tracking-tight">{texts.create.title}</h1>
        {canCreate === false ? <Notice tone="info" title={texts.common.notAllowed("view")} /> : null}
        <div className="rounded-2xl border border-line-2 bg-card px-4 pt-3.5 pb-2.5 shadow-lift focus-within:border-accent">
          <GrowingTextarea
            aria-label={texts.create.prompt}
            placeholder={texts.create.placeholder}
            value={prompt}
            autoFocus
            onChange={(event) => setPrompt(event.target.value)}
            onKeyDown={onKeyDown}
            className="max-h-[40dvh] min-h-18"
          />
          <div className="mt-2 flex flex-wrap items-center gap-1.5">
            <ModelPicker
              runners={runners ?? []}
              models={modelList}
              runner={runner}
              model={form.model}
              onChange={change}
            />
            <Button
              variant="ghost"
              size="sm"
              onClick={() => change({ repositories: [...form.repositories, { id: randomId(), url: "", branch: "" }] })}
            >
              + {texts.create.addRepository}
            </Button>
            <span className="flex-1" />
            <Button type="submit" variant="primary" disabled={!canSubmit}>
              {create.isPending ? (
                <Spinner className="size-4" />
              ) : (
                <ArrowUp aria-hidden className="size-4" strokeWidth={2.4} />
              )}
              {create.isPending ? texts.create.submitting : texts.create.submit}
            </Button>
          </div>
        </div>
        {prompt.length > MAXIMUM_PROMPT ? <Notice title={texts.create.promptTooLong} /> : null}
        {create.error === null ? null : <Notice title={messageOf(create.error)} />}
        {runnersError === null ? null : <Notice title={messageOf(runnersError)} />}
        {runners?.length === 0 ? <Notice tone="warn" title={texts.create.nothingToRun} /> : null}
        {runner === undefined || missing.length === 0 ? null : (
          <MissingKey project={project} runner={runner} missing={missing} />
        )}
        <RepositoryFields repositories={form.repositories} onChange={(repositories) => change({ repositories })} />
        <Button
          variant="link"
          size="sm"
          aria-expanded={isMore}
          className="justify-self-start"
          onClick={() => setMore(!isMore)}
        >
          {isMore ? texts.create.less : texts.create.more}
        </Button>
        {isMore || isReplay ? (
          <MoreOptions
            form={form}
            isReplay={isReplay}
            isWhole={isMore}
            hasModels={modelsFor(runner, modelList).length > 0}
            onChange={change}
          />
        ) : null}
      </form>
    </main>
  );
}

function useCreateSession(project: string, onCreated: () => void) {
  const client = useQueryClient();
  const router = useRouter();
  // One key per page view: pressing twice, or again after a lost answer, makes one session.
  const [idempotencyKey] = useState(randomId);
  return useMutation({
    mutationFn: (body: ReturnType<typeof requestOf>) =>
      request(SessionResource, api.sessions(project), {
        method: "POST",
        body,
        headers: { "idempotency-key": idempotencyKey },
      }),
    onSuccess: (session) => {
      onCreated();
      client.setQueryData(queryKeys.session(project, session.metadata.name), session);
      router.push(pages.session(project, session.metadata.name));
    },
  });
}
