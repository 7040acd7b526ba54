"use client";
/** The rows of one page, under a line that names the columns and selects them all. */
import type { AgenticSession } from "@pilothouse/contracts";
import * as texts from "@/lib/texts";
import { COLUMNS, SessionRow } from "./session-row";

interface SessionRowsProps {
  project: string;
  sessions: readonly AgenticSession[];
  /** Uids. */
  selected: ReadonlySet<string>;
  onSelect: (selected: ReadonlySet<string>) => void;
}

export function SessionRows({ project, sessions, selected, onSelect }: SessionRowsProps) {
  const uids = sessions.map((session) => session.metadata.uid);
  const isAll = uids.every((uid) => selected.has(uid));
  const { columns, selectPage } = texts.sessions;
  return (
    <div className="-mx-2">
      <div className={`${COLUMNS} border-b border-line px-2 pb-1.5 text-2xs text-ink-3`}>
        <input
          type="checkbox"
          aria-label={selectPage}
          title={selectPage}
          checked={isAll}
          ref={(box) => {
            if (box !== null) box.indeterminate = !isAll && uids.some((uid) => selected.has(uid));
          }}
          onChange={() => onSelect(isAll ? new Set() : new Set(uids))}
          className="mx-0.5 size-4 accent-(--accent)"
        />
        <span>{columns.session}</span>
        <span className="hidden sm:inline">{columns.state}</span>
        <span className="hidden lg:inline">{columns.runner}</span>
        <span className="hidden lg:inline">{columns.owner}</span>
        <span className="hidden text-right sm:inline">{columns.cost}</span>
        <span className="text-right">{columns.activity}</span>
      </div>
      <ul>
        {sessions.map((session) => {
          const { uid } = session.metadata;
          const isSelected = selected.has(uid);
          return (
            <SessionRow
              key={uid}
              project={project}
              session={session}
              isSelected={isSelected}
              onToggle={() =>
                onSelect(new Set(isSelected ? [...selected].filter((item) => item !== uid) : [...selected, uid]))
              }
            />
          );
        })}
      </ul>
    </div>
  );
}
