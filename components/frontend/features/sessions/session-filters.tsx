"use client";
import type { AgenticSession } from "@pilothouse/contracts";
import { SESSION_PHASES } from "@pilothouse/contracts";
import { Search, SlidersHorizontal } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field, Input, Select } from "@/components/ui/field";
import { useMe, useRunnerTypes } from "@/lib/api/queries";
import { cn } from "@/lib/class-names";
import * as texts from "@/lib/texts";
import { AGENT_STATUSES, countFilters, type SessionFilter, SESSION_SORTS, SHOWN_FILTERS } from "./session-filter";

const words = texts.sessions;
const labels = {
  all: words.filterAll,
  "needs-you": words.filterNeeds,
  running: words.filterRunning,
  ended: words.filterEnded,
};

interface SessionFiltersProps {
  project: string;
  filter: SessionFilter;
  /** All sessions, for the owners to choose from. */
  sessions: readonly AgenticSession[] | undefined;
  onChange: (changes: Partial<SessionFilter>) => void;
}

export function SessionFilters({ project, filter, sessions, onChange }: SessionFiltersProps) {
  const used = countFilters(filter);
  const [isOpen, setOpen] = useState(used > 0);
  return (
    <div className="grid gap-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <SearchField value={filter.search} onChange={(search) => onChange({ search })} />
        <div role="group" aria-label={words.show} className="flex gap-0.5 rounded-lg bg-pick p-0.5">
          {SHOWN_FILTERS.map((show) => (
            <button
              key={show}
              type="button"
              aria-pressed={filter.show === show}
              onClick={() => onChange({ show })}
              className={cn(
                "rounded-[7px] px-2.5 py-1 text-sm whitespace-nowrap text-ink-2",
                filter.show === show && "bg-card font-medium text-ink shadow-lift",
              )}
            >
              {labels[show]}
            </button>
          ))}
        </div>
        <Button variant="ghost" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <SlidersHorizontal aria-hidden className="size-3.5" />
          {words.filtersInUse(used)}
        </Button>
        <Select
          aria-label={words.sort}
          value={filter.sort}
          className="w-full sm:ml-auto sm:w-40"
          onChange={(event) =>
            onChange({ sort: SESSION_SORTS.find((sort) => sort === event.target.value) ?? "-attention" })
          }
        >
          {SESSION_SORTS.map((sort) => (
            <option key={sort} value={sort}>
              {words.sorts[sort]}
            </option>
          ))}
        </Select>
      </div>
      {isOpen ? <FinerFilters project={project} filter={filter} sessions={sessions} onChange={onChange} /> : null}
    </div>
  );
}

function FinerFilters({ project, filter, sessions, onChange }: SessionFiltersProps) {
  const { data: runners } = useRunnerTypes(project);
  const { data: me } = useMe();
  const owners = new Map<string, string>();
  if (filter.owner !== "") owners.set(filter.owner, filter.owner);
  for (const { spec } of sessions ?? [])
    if (spec.userContext !== undefined)
      owners.set(spec.userContext.userId, spec.userContext.displayName ?? spec.userContext.userId);
  if (me !== undefined) owners.set(me.userId, words.ownerMine);
  const fields = [
    {
      label: words.phase,
      value: filter.phase ?? "",
      choices: SESSION_PHASES.map((phase) => [phase, phase] as const),
      set: (value: string) => onChange({ phase: SESSION_PHASES.find((phase) => phase === value) }),
    },
    {
      label: words.agentStatus,
      value: filter.agentStatus ?? "",
      choices: AGENT_STATUSES.map((status) => [status, words.agentStatuses[status]] as const),
      set: (value: string) => onChange({ agentStatus: AGENT_STATUSES.find((status) => status === value) }),
    },
    {
      label: words.runner,
      value: filter.runner,
      choices: (runners ?? []).map((runner) => [runner.id, runner.displayName] as const),
      set: (runner: string) => onChange({ runner }),
    },
    {
      label: words.owner,
      value: filter.owner,
      choices: [...owners].toSorted((a, b) => a[1].localeCompare(b[1])),
      set: (owner: string) => onChange({ owner }),
    },
  ];
  return (
    <div className="grid grid-cols-2 gap-3 rounded-xl border border-line bg-panel p-3 sm:grid-cols-5">
      {fields.map(({ label, value, choices, set }) => (
        <Field key={label} label={label}>
          {(ids) => (
            <Select {...ids} value={value} onChange={(event) => set(event.target.value)}>
              <option value="">{words.any}</option>
              {choices.map(([id, name]) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </Select>
          )}
        </Field>
      ))}
      <Field label={words.label} className="col-span-2 sm:col-span-1">
        {(ids) => (
          <SettledInput
            ids={ids}
            value={filter.label}
            placeholder={words.labelPlaceholder}
            onChange={(label) => onChange({ label })}
          />
        )}
      </Field>
    </div>
  );
}

/** Typing asks the server when it pauses, not with each letter. */
const PAUSE_MS = 250;

function useSettledText(value: string, onChange: (value: string) => void): [string, (text: string) => void] {
  const [text, setText] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const sent = useRef(value);
  // What was asked for comes back a moment later, when more may have been typed; anything else is a change from outside.
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    setText(value);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return [
    text,
    (next) => {
      setText(next);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        sent.current = next;
        onChange(next);
      }, PAUSE_MS);
    },
  ];
}

function SearchField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [text, setText] = useSettledText(value, onChange);
  return (
    <label className="relative block min-w-48 flex-1 sm:max-w-xs">
      <span className="sr-only">{words.search}</span>
      <Search aria-hidden className="absolute top-2.5 left-3 size-4 text-ink-3" />
      <Input
        type="search"
        value={text}
        maxLength={200}
        placeholder={words.search}
        className="pl-9"
        onChange={(event) => setText(event.target.value)}
      />
    </label>
  );
}

interface SettledInputProps {
  ids: { id: string };
  value: string;
  placeholder: string;
  onChange: (value: string) => void;
}

function SettledInput({ ids, value, placeholder, onChange }: SettledInputProps) {
  const [text, setText] = useSettledText(value, onChange);
  return (
    <Input
      {...ids}
      value={text}
      maxLength={1000}
      placeholder={placeholder}
      spellCheck={false}
      autoComplete="off"
      onChange={(event) => setText(event.target.value)}
    />
  );
}
