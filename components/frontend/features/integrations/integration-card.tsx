"use client";
/** One service: its write-only fields, whether it is set up, and what a test of the credential said. */
import type { IntegrationStatus } from "@pilothouse/contracts";
import { CircleCheck, CircleX } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Confirm } from "@/components/ui/confirm";
import { Field, Input } from "@/components/ui/field";
import { Time } from "@/components/ui/time";
import { api } from "@/lib/api/paths";
import { queryKeys } from "@/lib/api/query-keys";
import { command } from "@/lib/api/request";
import * as texts from "@/lib/texts";
import { useSettingsChange } from "../settings/use-settings-query";
import { isSecret, type Service, type ServiceField } from "./services";
import { TestButton } from "./test-button";

const words = texts.integrations;

interface IntegrationCardProps {
  project: string;
  service: Service;
  setKeys: ReadonlySet<string>;
  state: IntegrationStatus | undefined;
  canChange: boolean;
}

export function IntegrationCard({ project, service, setKeys, state, canChange }: IntegrationCardProps) {
  const { name, lead } = words.services[service.id];
  const isSetUp = service.needed.every((key) => setKeys.has(key));
  return (
    <li className="grid gap-3 rounded-2xl border border-line bg-card p-4">
      <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
        <h3 className="font-semibold">{name}</h3>
        <Badge tone={isSetUp ? "ok" : "neutral"}>{isSetUp ? words.configured : words.notConfigured}</Badge>
        <span className="ml-auto" />
        {canChange && isSetUp ? <TestButton project={project} id={service.id} name={name} /> : null}
        <p className="w-full text-sm text-ink-2">{lead}</p>
      </div>
      {isSetUp ? <LastTest state={state} /> : null}
      {canChange ? <Credentials project={project} service={service} name={name} setKeys={setKeys} /> : null}
    </li>
  );
}

function LastTest({ state }: { state: IntegrationStatus | undefined }) {
  if (state?.valid === undefined) return <p className="text-sm text-ink-3">{words.neverTested}</p>;
  const Icon = state.valid ? CircleCheck : CircleX;
  return (
    <p className="flex flex-wrap items-center gap-x-2 text-sm">
      <Icon aria-hidden className={state.valid ? "size-4 text-ok" : "size-4 text-bad"} />
      <span className="font-medium">{state.valid ? words.valid(state.account) : words.invalid}</span>
      <Time at={state.checkedAt} className="text-xs text-ink-3" />
      {state.message === undefined || state.message === "" ? null : (
        <span className="w-full break-words text-ink-2">{state.message}</span>
      )}
    </p>
  );
}

interface CredentialsProps {
  project: string;
  service: Service;
  name: string;
  setKeys: ReadonlySet<string>;
}

function Credentials({ project, service, name, setKeys }: CredentialsProps) {
  const [values, setValues] = useState<Partial<Record<ServiceField, string>>>({});
  const [isRemoving, setRemoving] = useState(false);
  // The state of the integration, and of the secrets that it is made of.
  const change = useSettingsChange(queryKeys.project(project));
  const written = service.fields.flatMap((field) => {
    const value = values[field]?.trim() ?? "";
    return value === "" ? [] : [[field, value] as const];
  });
  const put = (data: Record<string, string | null>, done: string) =>
    change.mutate({
      run: () => command(api.integrationSecrets(project), { method: "PUT", body: { data } }),
      done,
      onDone: () => {
        setValues({});
        setRemoving(false);
      },
    });
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (written.length > 0) put(Object.fromEntries(written), words.saved(name));
  }
  return (
    <form onSubmit={submit} className="grid gap-3">
      {service.fields.map((field) => (
        <Field key={field} label={words.fields[field].label} hint={words.fields[field].hint}>
          {(ids) => (
            <Input
              {...ids}
              type={isSecret(field) ? "password" : "text"}
              value={values[field] ?? ""}
              placeholder={setKeys.has(field) ? words.isSet : words.isNotSet}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setValues({ ...values, [field]: event.target.value })}
            />
          )}
        </Field>
      ))}
      <div className="flex justify-end gap-2">
        {service.fields.some((field) => setKeys.has(field)) ? (
          <Button variant="ghost" onClick={() => setRemoving(true)}>
            {words.remove}
          </Button>
        ) : null}
        <Button type="submit" variant="primary" disabled={written.length === 0 || change.isPending}>
          {words.save}
        </Button>
      </div>
      <Confirm
        open={isRemoving}
        onOpenChange={setRemoving}
        title={words.removeTitle(name)}
        description={words.removeLead}
        action={words.remove}
        pending={change.isPending}
        onConfirm={() =>
          put(
            Object.fromEntries(service.fields.filter((field) => setKeys.has(field)).map((field) => [field, null])),
            words.removed(name),
          )
        }
      />
    </form>
  );
}
