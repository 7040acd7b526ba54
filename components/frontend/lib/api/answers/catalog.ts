/** What a project can run, and which of its keys are set. */
import type {
  FrameworkCapabilities,
  ModelOption,
  ModelsAnswer as Models,
  RunnerTypeOption,
  SecretKeysAnswer as Keys,
  SecretKeyState,
} from "@pilothouse/contracts";
import { flag, list, nullable, object, oneOf, or, shape, text } from "../shape.ts";
import { frameworkFields } from "./conversation.ts";

type Auth = RunnerTypeOption["auth"];

const auth = object<Auth>({
  requiredSecretKeys: or(list(text), () => []),
  secretKeyLogic: or(oneOf<Auth["secretKeyLogic"]>({ any: true, all: true }), () => "any"),
});

export const RunnerTypesAnswer = shape(
  list(
    object<RunnerTypeOption>({
      id: text,
      displayName: text,
      description: or(text, () => ""),
      framework: text,
      provider: nullable(text),
      auth: or(auth, () => auth({})),
      capabilities: object<FrameworkCapabilities>(frameworkFields),
    }),
  ),
);

export const ModelsAnswer = shape(
  object<Models>({
    models: list(object<ModelOption>({ id: text, label: text, provider: text, isDefault: flag })),
    defaultModel: nullable(text),
  }),
);

export const SecretKeysAnswer = shape(
  object<Keys>({ keys: list(object<SecretKeyState>({ name: text, set: flag, updatedAt: nullable(text) })) }),
);
