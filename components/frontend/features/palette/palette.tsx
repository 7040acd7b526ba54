"use client";
/** One field from which everything can be reached: pages, sessions, messages, projects, and what the page offers. */
import { Command } from "cmdk";
import { Dialog as Radix } from "radix-ui";
import { useParams, useRouter } from "next/navigation";
import { useState } from "react";
import { pages } from "@/lib/api/paths";
import { useAllowed, useProjects } from "@/lib/api/queries";
import { focusHolder, returnFocus } from "@/lib/focus-return";
import * as texts from "@/lib/texts";
import { SETTINGS_TABS } from "../settings/tabs";
import { applyTheme, THEMES } from "../shell/theme";
import { useAllLentCommands } from "./commands";
import { MessageHits } from "./message-hits";
import { Group, Item } from "./palette-item";
import { SessionHits } from "./session-hits";
import { useSettled } from "@/lib/use-settled";

interface PaletteProps {
  project: string | undefined;
  onClose: () => void;
  onHelp: () => void;
}

const PAUSE_MS = 150;
/** The longest that the server takes. */
const MAXIMUM_SEARCH = 200;
const words = texts.palette;

export function Palette({ project, onClose, onHelp }: PaletteProps) {
  const router = useRouter();
  const { session } = useParams();
  const [text, setText] = useState("");
  const [opener] = useState(focusHolder);
  const search = useSettled(text.trim(), PAUSE_MS);
  const go = (href: string) => {
    onClose();
    router.push(href);
  };
  return (
    <Radix.Root open onOpenChange={(open) => (open ? undefined : onClose())}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-shade" />
        <Radix.Content
          aria-describedby={undefined}
          onCloseAutoFocus={(event) => returnFocus(event, opener)}
          className="fixed top-[14dvh] left-1/2 z-50 w-[calc(100vw-32px)] max-w-xl -translate-x-1/2 animate-appear overflow-hidden rounded-2xl border border-line bg-pop shadow-float focus:outline-none"
        >
          <Radix.Title className="sr-only">{words.title}</Radix.Title>
          <Command label={words.title} filter={holdsAllWords} loop>
            <Command.Input
              autoFocus
              value={text}
              maxLength={MAXIMUM_SEARCH}
              onValueChange={setText}
              placeholder={words.placeholder}
              className="w-full border-b border-line bg-transparent px-4 py-3 text-base placeholder:text-ink-3 focus:outline-none"
            />
            <Command.List className="scroll-thin max-h-[50dvh] overflow-y-auto p-1.5">
              <Command.Empty className="px-3 py-6 text-center text-ink-3">
                {search === text.trim() ? words.empty : words.searching}
              </Command.Empty>
              {project === undefined ? null : <SessionHits project={project} search={search} go={go} />}
              <LentCommands onClose={onClose} />
              {project === undefined ? null : <Places project={project} go={go} />}
              {project === undefined || typeof session !== "string" ? null : (
                <MessageHits project={project} session={session} search={search} onClose={onClose} />
              )}
              <Projects go={go} />
              <Group heading={words.actions}>
                <Item value="keyboard shortcuts help" onSelect={onHelp}>
                  {words.shortcuts}
                </Item>
                {THEMES.map((theme) => (
                  <Item
                    key={theme}
                    value={`theme ${theme}`}
                    onSelect={() => {
                      applyTheme(theme);
                      onClose();
                    }}
                  >
                    {texts.theme.label}: {texts.theme[theme]}
                  </Item>
                ))}
              </Group>
            </Command.List>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Looser guesses put chance hits above what was meant. */
function holdsAllWords(value: string, search: string, keywords: readonly string[] = []): number {
  const text = `${value} ${keywords.join(" ")}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
    ? 1
    : 0;
}

function LentCommands({ onClose }: { onClose: () => void }) {
  const commands = useAllLentCommands();
  if (commands.length === 0) return null;
  return (
    <Group heading={words.thisSession}>
      {commands.map(({ id, label, keywords = [], run }) => (
        <Item
          key={id}
          value={`${label} ${id}`}
          keywords={keywords}
          onSelect={() => {
            onClose();
            // After the palette has given the focus back, so that a dialog that this opens gives it back there.
            requestAnimationFrame(() => setTimeout(run));
          }}
        >
          {label}
        </Item>
      ))}
    </Group>
  );
}

function Places({ project, go }: { project: string; go: (href: string) => void }) {
  const canCreate = useAllowed(project, "createSessions") === true;
  return (
    <Group heading={words.goTo}>
      {canCreate ? (
        <Item value="new session create" onSelect={() => go(pages.newSession(project))}>
          {texts.shell.newSession}
        </Item>
      ) : null}
      <Item value="sessions list" onSelect={() => go(pages.sessions(project))}>
        {texts.shell.sessions}
      </Item>
      <Item value="sessions that need you waiting" onSelect={() => go(`${pages.sessions(project)}?show=needs-you`)}>
        {texts.shell.needsYou}
      </Item>
      {SETTINGS_TABS.map((tab) => (
        <Item
          key={tab}
          value={`settings ${texts.settings.tabs[tab]} ${tab}`}
          onSelect={() => go(pages.settings(project, tab))}
        >
          {texts.settings.title}: {texts.settings.tabs[tab]}
        </Item>
      ))}
    </Group>
  );
}

function Projects({ go }: { go: (href: string) => void }) {
  const { data } = useProjects();
  return (
    <Group heading={words.projects}>
      {data?.items.map((item) => (
        <Item
          key={item.name}
          value={`project ${item.displayName} ${item.name}`}
          onSelect={() => go(pages.sessions(item.name))}
        >
          {item.displayName}
        </Item>
      ))}
      <Item value="all projects" onSelect={() => go(pages.projects)}>
        {texts.shell.allProjects}
      </Item>
    </Group>
  );
}
