"use client";
import * as texts from "@/lib/texts";
import { textOf } from "../thread/fields";
import type { ToolEntry } from "../thread/thread-state";
import { ArgumentList } from "./argument-list";
import { DiffView } from "./diff-view";
import { noResult } from "./no-result";
import { Output } from "./output";
import { Terminal } from "./terminal";
import { TodoList } from "./todo-list";
import { editDiff, plainResult, readableResult, todoItems } from "./tool-facts";
import type { ToolFamily } from "./tool-family";
import type { ToolStatus } from "./tool-status";
import { WebBody } from "./web-body";

interface ToolBodyProps {
  entry: ToolEntry;
  args: Readonly<Record<string, unknown>>;
  family: ToolFamily;
  status: ToolStatus;
}

export function ToolBody({ entry, args, family, status }: ToolBodyProps) {
  switch (family) {
    case "shell":
      return <Terminal entry={entry} status={status} command={textOf(args["command"]) ?? textOf(args["cmd"]) ?? ""} />;
    case "edit":
    case "write": {
      const diff = editDiff(args);
      if (diff === undefined)
        return entry.phase === "arguments" ? null : <ArgumentsAndResult entry={entry} args={args} status={status} />;
      return (
        <>
          <DiffView diff={diff} disclosureKey={entry.key} />
          {status === "failed" ? <ErrorText text={entry.result ?? ""} /> : null}
        </>
      );
    }
    case "todo": {
      const items = todoItems(args);
      return items.length === 0 ? (
        <ArgumentsAndResult entry={entry} args={args} status={status} />
      ) : (
        <TodoList items={items} />
      );
    }
    case "read":
    case "search":
    case "list":
      return (
        <div className="border-t border-line">
          <ResultOf entry={entry} status={status} />
        </div>
      );
    case "fetch":
    case "web-search":
      return status === "done" || status === "failed" ? (
        <WebBody entry={entry} args={args} />
      ) : (
        <ArgumentsAndResult entry={entry} args={args} status={status} />
      );
    case "task":
    case "question":
    case "mcp":
    case "other":
      return <ArgumentsAndResult entry={entry} args={args} status={status} />;
  }
}

function ErrorText({ text }: { text: string }) {
  return (
    <p className="border-t border-bad-line bg-bad-soft px-3.5 py-2 text-sm whitespace-pre-wrap text-bad">
      {plainResult(text)}
    </p>
  );
}

function ArgumentsAndResult({ entry, args, status }: Omit<ToolBodyProps, "family">) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-2 border-t border-line p-3">
      <p className="text-2xs font-medium text-ink-3">{texts.tools.arguments}</p>
      <ArgumentList args={args} text={entry.argumentsText} />
      <p className="text-2xs font-medium text-ink-3">{texts.tools.result}</p>
      <div className="overflow-hidden rounded-xl border border-line">
        <ResultOf entry={entry} status={status} />
      </div>
    </div>
  );
}

function ResultOf({ entry, status }: { entry: ToolEntry; status: ToolStatus }) {
  if (status !== "done" && status !== "failed")
    return <p className="px-3.5 py-2 text-sm text-ink-3">{noResult[status]}</p>;
  const images = entry.resultParts.filter((part) => part.type === "image");
  return (
    <>
      {images.map((image, index) => (
        // eslint-disable-next-line @next/next/no-img-element -- inline data: nothing to optimise, nothing to fetch
        <img key={index} src={image.source} alt={image.name ?? texts.tools.result} className="max-h-96 max-w-full" />
      ))}
      <Output text={readableResult(entry.result ?? "")} isError={entry.isError} disclosureKey={`${entry.key} result`} />
    </>
  );
}
