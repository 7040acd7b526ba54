import { HydrationBoundary } from "@tanstack/react-query";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { SettingsPage } from "@/features/settings/settings-page";
import { SETTINGS_TABS } from "@/features/settings/tabs";
import { prefetch } from "@/lib/server/prefetch";
import * as texts from "@/lib/texts";
import { firstDataOf } from "./first-data";

export const metadata: Metadata = { title: texts.settings.title };

interface SettingsRouteProps {
  params: Promise<{ project: string; tab: string }>;
}

export default async function SettingsTab({ params }: SettingsRouteProps) {
  const { project, tab } = await params;
  const known = SETTINGS_TABS.find((name) => name === tab);
  if (known === undefined) notFound();
  const name = decodeURIComponent(project);
  return (
    <HydrationBoundary state={await prefetch(firstDataOf(name, known))}>
      <SettingsPage project={name} tab={known} />
    </HydrationBoundary>
  );
}
