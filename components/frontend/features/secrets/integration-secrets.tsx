"use client";
import { IntegrationSecretName, SecretKeysAnswer } from "@pilothouse/contracts";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/ui/button";
import { Field, Input } from "@/components/ui/field";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { command } from "@/lib/api/request";
import * as texts from "@/lib/texts";
import { SERVICE_FIELDS } from "../integrations/services";
import { Guarded } from "../settings/guarded";
import { Section } from "../settings/section";
import { useSettingsChange, useSettingsQuery } from "../settings/use-settings-query";
import { SecretRow } from "./secret-row";

export function IntegrationSecrets({ project }: { project: string }) {
  const query = useSettingsQuery(
    queryKeys.integrationSecrets(project),
    SecretKeysAnswer,
    api.integrationSecrets(project),
  );
  return (
    <Section title={texts.secrets.integrations} lead={texts.secrets.integrationsLead}>
      <Guarded project={project} action="manageSecrets" query={query}>
        {({ keys }, canChange) => (
          <>
            {keys.every((key) => SERVICE_FIELDS.includes(key.name)) ? (
              <p className="text-ink-2">{texts.secrets.integrationsEmpty}</p>
            ) : null}
            <ul className="grid gap-3 empty:hidden">
              {keys
                .filter((key) => !SERVICE_FIELDS.includes(key.name))
                .map((key) => (
                  <SecretRow
                    key={key.name}
                    secret={key}
                    usedBy={[]}
                    canManage={canChange}
                    path={api.integrationSecrets(project)}
                    queryKey={queryKeys.integrationSecrets(project)}
                  />
                ))}
            </ul>
            {canChange ? <AddToken project={project} /> : null}
          </>
        )}
      </Guarded>
    </Section>
  );
}

function AddToken({ project }: { project: string }) {
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const change = useSettingsChange(queryKeys.integrationSecrets(project));
  const isInvalid = name !== "" && !IntegrationSecretName.safeParse(name).success;

  function submit(event: FormEvent): void {
    event.preventDefault();
    change.mutate({
      run: () => command(api.integrationSecrets(project), { method: "PUT", body: { data: { [name]: value.trim() } } }),
      done: texts.secrets.saved(name),
      onDone: () => {
        setName("");
        setValue("");
      },
    });
  }

  return (
    <form
      onSubmit={submit}
      className="grid items-start gap-3 rounded-2xl border border-line bg-panel p-4 sm:grid-cols-[1fr_1fr_auto]"
    >
      <Field label={texts.secrets.addName} error={isInvalid ? texts.secrets.nameInvalid : undefined}>
        {(ids) => (
          <Input
            {...ids}
            value={name}
            autoComplete="off"
            spellCheck={false}
            className="font-mono text-sm"
            onChange={(event) => setName(event.target.value.toUpperCase())}
          />
        )}
      </Field>
      <Field label={texts.secrets.addValue}>
        {(ids) => (
          <Input
            {...ids}
            type="password"
            value={value}
            autoComplete="off"
            onChange={(event) => setValue(event.target.value)}
          />
        )}
      </Field>
      <Button
        type="submit"
        size="lg"
        disabled={name === "" || isInvalid || value.trim() === "" || change.isPending}
        className="mt-6.5"
      >
        {texts.secrets.add}
      </Button>
    </form>
  );
}
