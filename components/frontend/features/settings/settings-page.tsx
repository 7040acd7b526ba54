import type { ReactNode } from "react";
import * as texts from "@/lib/texts";
import { FlagsTab } from "../flags/flags-tab";
import { IntegrationsTab } from "../integrations/integrations-tab";
import { KeysTab } from "../keys/keys-tab";
import { MembersTab } from "../members/members-tab";
import { IntegrationSecrets } from "../secrets/integration-secrets";
import { SecretsTab } from "../secrets/secrets-tab";
import { PageBody, PageHeader } from "../shell/page-header";
import { ToolServersTab } from "../tool-servers/tool-servers-tab";
import { GeneralTab } from "./general-tab";
import { SettingsTabs } from "./settings-tabs";
import type { SettingsTab } from "./tabs";

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
      <SettingsTabs project={project} tab={tab} />
      {content[tab](project)}
    </PageBody>
  );
}
