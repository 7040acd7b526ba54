/** What OpenFeature asks of a provider whose flags are on or off and have no other value. */
import {
  TypeMismatchError,
  type EvaluationContext,
  type Provider,
  type ResolutionDetails,
} from "@openfeature/server-sdk";

export abstract class BooleanProvider implements Provider {
  readonly runsOn = "server";
  abstract readonly metadata: { readonly name: string };

  abstract resolveBooleanEvaluation(
    flagKey: string,
    defaultValue: boolean,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<boolean>>;

  async resolveStringEvaluation(flagKey: string): Promise<ResolutionDetails<string>> {
    throw notBoolean(flagKey);
  }

  async resolveNumberEvaluation(flagKey: string): Promise<ResolutionDetails<number>> {
    throw notBoolean(flagKey);
  }

  async resolveObjectEvaluation<T>(flagKey: string): Promise<ResolutionDetails<T>> {
    throw notBoolean(flagKey);
  }
}

function notBoolean(flagKey: string): TypeMismatchError {
  return new TypeMismatchError(`flag ${flagKey} is on or off and has no other value`);
}
