import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { SettingsPage } from "@/features/settings/settings-page";
import { SETTINGS_TABS } from "@/features/settings/tabs";
import * as texts from "@/lib/texts";

export const metadata: Metadata = { title: texts.settings.title };

interface SettingsRouteProps {
  params: Promise<{ project: string; tab: string }>;
}

export default async function SettingsTab({ params }: SettingsRouteProps) {
  const { project, tab } = await params;
  const known = SETTINGS_TABS.find((name) => name === tab);
  if (known === undefined) notFound();
  return <SettingsPage project={decodeURIComponent(project)} tab={known} />;
}
