/**
 * Some calls that the policy allows are still held back for a confirmation (edits of build files, for one). The session's
 * permission mode has decided already and nobody is there to ask, so they are let through at once.
 */
import {
  CoreToolCallStatus,
  MessageBusType,
  ToolConfirmationOutcome,
  type Config,
  type ToolCallsUpdateMessage,
} from "@google/gemini-cli-core";

export function letThrough(config: Config): void {
  const bus = config.getMessageBus();
  const answered = new Set<string>();
  bus.subscribe<ToolCallsUpdateMessage>(MessageBusType.TOOL_CALLS_UPDATE, ({ toolCalls }) => {
    for (const call of toolCalls) {
      if (call.status !== CoreToolCallStatus.AwaitingApproval || call.correlationId === undefined) continue;
      const { correlationId } = call;
      if (answered.has(correlationId)) continue;
      answered.add(correlationId);
      // It is told before it listens for the answer.
      setImmediate(() => {
        void bus.publish({
          type: MessageBusType.TOOL_CONFIRMATION_RESPONSE,
          correlationId,
          confirmed: true,
          outcome: ToolConfirmationOutcome.ProceedOnce,
        });
      });
    }
  });
}
