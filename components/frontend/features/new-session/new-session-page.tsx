"use client";
import { ArrowUp, Paperclip } from "lucide-react";
import { useSearchParams } from "next/navigation";
import {
  type ClipboardEvent,
  type DragEvent,
  type FormEvent,
  type KeyboardEvent,
  useEffect,
  useRef,
  useState,
} from "react";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/feedback";
import { GrowingTextarea } from "@/components/ui/growing-textarea";
import { Logo } from "@/components/ui/logo";
import { Spinner } from "@/components/ui/spinner";
import { useAccess, useModels, useRunnerSecrets, useRunnerTypes } from "@/lib/api/queries";
import { messageOf } from "@/lib/api/request";
import { randomId } from "@/lib/random-id";
import { texts } from "@/lib/texts";
import { MAXIMUM_FILE_BYTES } from "../composer/attachments";
import { ChosenFiles } from "./chosen-files";
import { MissingKey } from "./missing-key";
import { ModelPicker } from "./model-picker";
import { MoreOptions } from "./more-options";
import { RepositoryFields } from "./repository-fields";
import { effectiveRunner, isFormInvalid, missingKeys, modelsFor, requestOf, usesMore } from "./session-form";
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
  const picker = useRef<HTMLInputElement>(null);
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
  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  }
  const add = (more: Iterable<File>) => setFiles([...files, ...more]);

  return (
    <main
      className="scroll-thin min-h-0 flex-1 overflow-y-auto"
      onDragOver={(event) => (hasFiles ? event.preventDefault() : undefined)}
      onDrop={(event: DragEvent) => {
        if (!hasFiles || event.dataTransfer.files.length === 0) return;
        event.preventDefault();
        add(event.dataTransfer.files);
      }}
    >
      <form
        onSubmit={submit}
        className="mx-auto grid max-w-[720px] grid-cols-[minmax(0,1fr)] gap-4 px-4 pt-[max(40px,14dvh)] pb-12 sm:px-6"
      >
        <Logo className="mx-auto size-8" />
        <h1 className="mb-2 text-center text-2xl font-semibold tracking-tight">{words.title}</h1>
        {isAllowed ? null : <Notice tone="info" title={texts.common.notAllowed(access.userRole)} />}
        <div className="rounded-2xl border border-line-2 bg-card px-4 pt-3.5 pb-2.5 shadow-lift focus-within:border-accent">
          <ChosenFiles files={hasFiles ? files : []} onChange={setFiles} />
          <GrowingTextarea
            aria-label={words.prompt}
            placeholder={words.placeholder}
            value={prompt}
            autoFocus
            onChange={(event) => setPrompt(event.target.value)}
            onKeyDown={onKeyDown}
            onPaste={(event: ClipboardEvent) => {
              if (!hasFiles || event.clipboardData.files.length === 0) return;
              event.preventDefault();
              add(event.clipboardData.files);
            }}
            className="max-h-[40dvh] min-h-18"
          />
          <div className="mt-2 flex flex-wrap items-center gap-1.5">
            <ModelPicker
              project={project}
              runners={runners ?? []}
              models={modelList}
              setKeys={setKeys}
              runner={runner}
              model={form.model}
              onChange={change}
            />
            <Button
              variant="ghost"
              size="sm"
              onClick={() => change({ repositories: [...form.repositories, { id: randomId(), url: "", branch: "" }] })}
            >
              + {words.addRepository}
            </Button>
            {hasFiles ? (
              <Button variant="ghost" size="icon-sm" aria-label={words.attach} onClick={() => picker.current?.click()}>
                <Paperclip aria-hidden className="size-4" />
              </Button>
            ) : null}
            <input
              ref={picker}
              type="file"
              multiple
              hidden
              onChange={(event) => {
                add(event.target.files ?? []);
                event.target.value = "";
              }}
            />
            <span className="flex-1" />
            <Button type="submit" variant="primary" disabled={!canSubmit}>
              {create.isPending ? (
                <Spinner className="size-4" />
              ) : (
                <ArrowUp aria-hidden className="size-4" strokeWidth={2.4} />
              )}
              {create.isPending ? words.submitting : words.submit}
            </Button>
          </div>
        </div>
        <p role="status" className="-mt-2 px-1 text-xs text-ink-3 empty:hidden">
          {create.isPending ? progress : isRestored ? words.draftRestored : null}
        </p>
        {prompt.length > MAXIMUM_PROMPT ? <Notice title={words.promptTooLong} /> : null}
        {create.error === null ? null : <Notice title={messageOf(create.error)} />}
        {runnersError === null ? null : <Notice title={messageOf(runnersError)} />}
        {runners?.length === 0 ? <Notice tone="warn" title={words.nothingToRun} /> : null}
        {runner === undefined || missing.length === 0 ? null : (
          <MissingKey project={project} runner={runner} missing={missing} />
        )}
        <RepositoryFields
          project={project}
          repositories={form.repositories}
          onChange={(repositories) => change({ repositories: [...repositories] })}
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
            onChange={change}
          />
        ) : null}
      </form>
    </main>
  );
}
