import { Link } from "@/components/ui/link";
import type { ReactNode } from "react";
import { pages } from "@/lib/api/paths";
import { cn } from "@/lib/class-names";
import { texts } from "@/lib/texts";
import { FlagsTab } from "../flags/flags-tab";
import { IntegrationsTab } from "../integrations/integrations-tab";
import { KeysTab } from "../keys/keys-tab";
import { MembersTab } from "../members/members-tab";
import { IntegrationSecrets } from "../secrets/integration-secrets";
import { SecretsTab } from "../secrets/secrets-tab";
import { PageBody, PageHeader } from "../shell/page-header";
import { ToolServersTab } from "../tool-servers/tool-servers-tab";
import { GeneralTab } from "./general-tab";
import { SETTINGS_TABS, type SettingsTab } from "./tabs";

const content: Record<SettingsTab, (project: string) => ReactNode> = {
  general: (project) => <GeneralTab project={project} />,
  secrets: (project) => (
    <>
      <SecretsTab project={project} />
      <IntegrationSecrets project={project} />
    </>
  ),
  integrations: (project) => <IntegrationsTab project={project} />,
  tools: (project) => <ToolServersTab project={project} />,
  members: (project) => <MembersTab project={project} />,
  keys: (project) => <KeysTab project={project} />,
  flags: (project) => <FlagsTab project={project} />,
};

export function SettingsPage({ project, tab }: { project: string; tab: SettingsTab }) {
  return (
    <PageBody width="max-w-3xl">
      <PageHeader title={texts.settings.title} />
      <nav aria-label={texts.settings.title} className="-mt-2 flex gap-1 overflow-x-auto border-b border-line">
        {SETTINGS_TABS.map((name) => (
          <Link
            key={name}
            href={pages.settings(project, name)}
            {...(name === tab ? { "aria-current": "page" as const } : {})}
            className={cn(
              "-mb-px border-b-2 border-transparent px-2.5 py-2 whitespace-nowrap text-ink-2 hover:text-ink",
              name === tab && "border-accent font-medium text-ink",
            )}
          >
            {texts.settings.tabs[name]}
          </Link>
        ))}
      </nav>
      {content[tab](project)}
    </PageBody>
  );
}
