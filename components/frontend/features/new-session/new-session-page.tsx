"use client";
import { useSearchParams } from "next/navigation";
import { type DragEvent, type FormEvent, useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/feedback";
import { Logo } from "@/components/ui/logo";
import { fieldProblems, remainingMessage } from "@/lib/api/field-problems";
import { useAccess, useModels, useRunnerSecrets, useRunnerTypes } from "@/lib/api/queries";
import { messageOf } from "@/lib/api/request";
import { randomId } from "@/lib/random-id";
import * as texts from "@/lib/texts";
import { MAXIMUM_FILE_BYTES } from "../composer/attachments";
import { MissingKey } from "./missing-key";
import { ModelPicker } from "./model-picker";
import { MoreOptions } from "./more-options";
import { RepositoryFields } from "./repository-fields";
import {
  effectiveRunner,
  isFormInvalid,
  missingKeys,
  modelsFor,
  requestOf,
  SERVER_FIELDS,
  usesMore,
} from "./session-form";
import { TaskCard } from "./task-card";
import { useCreateSession } from "./use-create-session";
import { useSessionDraft } from "./use-session-draft";

const MAXIMUM_PROMPT = 262_144;
const words = texts.create;

export function NewSessionPage({ project }: { project: string }) {
  const parameters = useSearchParams();
  const { prompt, setPrompt, form, isRestored, change, clear } = useSessionDraft(
    project,
    new URLSearchParams(parameters),
  );
  const [files, setFiles] = useState<readonly File[]>([]);
  const [isMoreWanted, setMore] = useState<boolean>();
  const { data: runners, error: runnersError } = useRunnerTypes(project);
  const { data: models } = useModels(project);
  const { data: secrets } = useRunnerSecrets(project);
  const { data: access } = useAccess(project);
  const { create, progress } = useCreateSession(project, clear);

  // What is filled in is never hidden, and what was shown does not close when it is emptied.
  const isUsed = usesMore(form);
  const isMore = isMoreWanted ?? isUsed;
  useEffect(() => {
    if (isUsed) setMore((wanted) => wanted ?? true);
  }, [isUsed]);
  const modelList = models?.models ?? [];
  const runner = effectiveRunner(form, runners ?? [], modelList, models?.defaultModel ?? null);
  const setKeys = secrets && new Set(secrets.keys.filter((key) => key.set).map((key) => key.name));
  const missing = setKeys === undefined ? [] : missingKeys(runner, setKeys);
  const isReplay = runner?.framework === "replay";
  const hasFiles = runner?.capabilities.fileSystem === true;
  const isAllowed = access === undefined || access.allowedActions.includes("createSessions");
  const canSubmit =
    runner !== undefined &&
    missing.length === 0 &&
    !isFormInvalid(form) &&
    prompt.length <= MAXIMUM_PROMPT &&
    (prompt.trim() !== "" || isReplay) &&
    files.every((file) => file.size <= MAXIMUM_FILE_BYTES) &&
    isAllowed &&
    !create.isPending;

  function submit(event?: FormEvent): void {
    event?.preventDefault();
    if (canSubmit) create.mutate({ body: requestOf(form, prompt, runner, modelList), files: hasFiles ? files : [] });
  }
  /** What the server said holds until something else is asked for. */
  function edit<T>(set: (value: T) => void): (value: T) => void {
    return (value) => {
      set(value);
      if (create.isError) create.reset();
    };
  }
  const edited = edit(change);
  const remaining = remainingMessage(create.error, isMore ? Object.values(SERVER_FIELDS) : []);

  return (
    <main
      className="scroll-thin min-h-0 flex-1 overflow-y-auto [scrollbar-gutter:stable]"
      onDragOver={(event) => (hasFiles ? event.preventDefault() : undefined)}
      onDrop={(event: DragEvent) => {
        if (!hasFiles || event.dataTransfer.files.length === 0) return;
        event.preventDefault();
        setFiles([...files, ...event.dataTransfer.files]);
      }}
    >
      <form
        onSubmit={submit}
        className="mx-auto grid max-w-[720px] grid-cols-[minmax(0,1fr)] gap-4 px-4 pt-[max(40px,14dvh)] pb-12 sm:px-6"
      >
        <Logo className="mx-auto size-8" />
        <h1 className="mb-2 text-center text-2xl font-semibold tracking-tight">{words.title}</h1>
        {isAllowed ? null : <Notice tone="info" title={texts.common.notAllowed(access.userRole)} />}
        <TaskCard
          prompt={prompt}
          onPrompt={edit(setPrompt)}
          files={hasFiles ? files : undefined}
          onFiles={setFiles}
          onSubmit={submit}
          isCreating={create.isPending}
          canSubmit={canSubmit}
          onAddRepository={() =>
            edited({ repositories: [...form.repositories, { id: randomId(), url: "", branch: "" }] })
          }
          picker={
            <ModelPicker
              project={project}
              runners={runners ?? []}
              models={modelList}
              setKeys={setKeys}
              runner={runner}
              model={form.model}
              onChange={edited}
            />
          }
        />
        <p role="status" className="-mt-2 px-1 text-xs text-ink-3 empty:hidden">
          {create.isPending ? progress : isRestored ? words.draftRestored : null}
        </p>
        {prompt.length > MAXIMUM_PROMPT ? <Notice title={words.promptTooLong} /> : null}
        {remaining === undefined ? null : <Notice title={remaining} />}
        {runnersError === null ? null : <Notice title={messageOf(runnersError)} />}
        {runners?.length === 0 ? <Notice tone="warn" title={words.nothingToRun} /> : null}
        {runner === undefined || missing.length === 0 ? null : (
          <MissingKey project={project} runner={runner} missing={missing} />
        )}
        <RepositoryFields
          project={project}
          repositories={form.repositories}
          onChange={(repositories) => edited({ repositories: [...repositories] })}
        />
        <Button
          variant="link"
          size="sm"
          aria-expanded={isMore}
          className="justify-self-start"
          onClick={() => setMore(!isMore)}
        >
          {isMore ? words.less : words.more}
        </Button>
        {isMore || isReplay ? (
          <MoreOptions
            project={project}
            form={form}
            runner={runner}
            isWhole={isMore}
            hasModels={modelsFor(runner, modelList).length > 0}
            problems={fieldProblems(create.error)}
            onChange={edited}
          />
        ) : null}
      </form>
    </main>
  );
}
