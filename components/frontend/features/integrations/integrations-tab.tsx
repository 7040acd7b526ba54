"use client";
import { SecretKeysAnswer } from "@pilothouse/contracts";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import * as texts from "@/lib/texts";
import { Guarded } from "../settings/guarded";
import { Section } from "../settings/section";
import { useSettingsQuery } from "../settings/use-settings-query";
import { IntegrationCard } from "./integration-card";
import { IntegrationStates } from "./integration-states";
import { SERVICES } from "./services";

export function IntegrationsTab({ project }: { project: string }) {
  const secrets = useSettingsQuery(
    queryKeys.integrationSecrets(project),
    SecretKeysAnswer,
    api.integrationSecrets(project),
  );
  const states = useSettingsQuery(queryKeys.integrations(project), IntegrationStates, api.integrations(project));
  return (
    <Section title={texts.integrations.title} lead={texts.integrations.lead}>
      <Guarded project={project} action="manageSecrets" query={secrets}>
        {({ keys }, canChange) => (
          <ul className="grid gap-3">
            {SERVICES.map((service) => (
              <IntegrationCard
                key={service.id}
                project={project}
                service={service}
                setKeys={new Set(keys.filter((key) => key.set).map((key) => key.name))}
                state={states.data?.items.find((item) => item.id === service.id)}
                canChange={canChange}
              />
            ))}
          </ul>
        )}
      </Guarded>
    </Section>
  );
}
