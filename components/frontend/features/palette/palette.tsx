"use client";
import { Command } from "cmdk";
import { Dialog as Radix } from "radix-ui";
import { useRouter } from "next/navigation";
import type { ReactNode } from "react";
import { StateGlyph } from "@/components/ui/state-glyph";
import { pages } from "@/lib/api/paths";
import { useProjects } from "@/lib/api/queries";
import { compareSessions, sessionState, sessionTitle } from "@/lib/session-state";
import * as texts from "@/lib/texts";
import { useSessions } from "../sessions/use-sessions";
import { SETTINGS_TABS } from "../settings/tabs";

interface PaletteProps {
  project: string | undefined;
  onClose: () => void;
  onHelp: () => void;
}

const MAXIMUM_SESSIONS = 200;

export function Palette({ project, onClose, onHelp }: PaletteProps) {
  const router = useRouter();
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
          className="fixed top-[14dvh] left-1/2 z-50 w-[calc(100vw-32px)] max-w-xl -translate-x-1/2 animate-appear overflow-hidden rounded-2xl border border-line bg-pop shadow-float focus:outline-none"
        >
          <Radix.Title className="sr-only">{texts.palette.title}</Radix.Title>
          <Command label={texts.palette.title} loop>
            <Command.Input
              autoFocus
              placeholder={texts.palette.placeholder}
              className="w-full border-b border-line bg-transparent px-4 py-3 text-base placeholder:text-ink-3 focus:outline-none"
            />
            <Command.List className="scroll-thin max-h-[50dvh] overflow-y-auto p-1.5">
              <Command.Empty className="px-3 py-6 text-center text-ink-3">{texts.palette.empty}</Command.Empty>
              {project === undefined ? null : <ProjectCommands project={project} go={go} />}
              <OtherProjects go={go} />
              <Group heading={texts.palette.actions}>
                <Item value="keyboard shortcuts help" onSelect={onHelp}>
                  {texts.palette.shortcuts}
                </Item>
              </Group>
            </Command.List>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function ProjectCommands({ project, go }: { project: string; go: (href: string) => void }) {
  const sessions = useSessions(project) ?? [];
  return (
    <>
      <Group heading={texts.palette.goTo}>
        <Item value="new session create" onSelect={() => go(pages.newSession(project))}>
          {texts.shell.newSession}
        </Item>
        <Item value="sessions list" onSelect={() => go(pages.sessions(project))}>
          {texts.shell.sessions}
        </Item>
        {SETTINGS_TABS.map((tab) => (
          <Item key={tab} value={`settings ${tab}`} onSelect={() => go(pages.settings(project, tab))}>
            {texts.settings.title}: {texts.settings.tabs[tab]}
          </Item>
        ))}
      </Group>
      <Group heading={texts.palette.sessions}>
        {sessions
          .toSorted(compareSessions)
          .slice(0, MAXIMUM_SESSIONS)
          .map((session) => (
            <Item
              key={session.metadata.uid}
              value={`${sessionTitle(session)} ${session.metadata.name}`}
              onSelect={() => go(pages.session(project, session.metadata.name))}
            >
              <StateGlyph state={sessionState(session)} label />
              <span className="truncate">{sessionTitle(session)}</span>
            </Item>
          ))}
      </Group>
    </>
  );
}

function OtherProjects({ go }: { go: (href: string) => void }) {
  const { data } = useProjects();
  return (
    <Group heading={texts.palette.projects}>
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

function Group({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-2xs [&_[cmdk-group-heading]]:text-ink-3"
    >
      {children}
    </Command.Group>
  );
}

function Item({ value, onSelect, children }: { value: string; onSelect: () => void; children: ReactNode }) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex cursor-pointer items-center gap-2.5 rounded-lg px-2.5 py-1.5 data-[selected=true]:bg-hover"
    >
      {children}
    </Command.Item>
  );
}
