/** What is known of the agent beside its conversation: abilities, tool servers, workflow, background tasks; and feedback. */
import { RunnerFeedback } from "@pilothouse/contracts/rest/agui";
import type { FastifyInstance } from "fastify";
import { RunnerError } from "../errors.ts";
import type { Runner } from "../runner.ts";

interface Options {
  readonly runner: Runner;
}

export async function agentRoutes(app: FastifyInstance, { runner }: Options): Promise<void> {
  app.get("/capabilities", async () => runner.capabilities());
  app.get("/mcp/status", async () => ({ live: true, items: await runner.mcpStatus() }));
  app.get("/workflow/metadata", async () => ({ live: true, ...runner.workflow }));

  app.get("/agui/tasks", async () => ({ live: true, items: runner.tasks() }));
  app.post<{ Params: { id: string } }>("/agui/tasks/:id/stop", async (request, reply) => {
    await runner.stopTask(request.params.id);
    return reply.code(202).send({ id: request.params.id });
  });
  app.get<{ Params: { id: string } }>("/agui/tasks/:id/output", async (request) =>
    runner.taskOutput(request.params.id),
  );

  app.post("/agui/feedback", async (request, reply) => {
    const feedback = RunnerFeedback.safeParse(request.body);
    if (!feedback.success) {
      const [issue] = feedback.error.issues;
      throw new RunnerError("BODY_INVALID", `${issue?.path.join(".") ?? "body"}: ${issue?.message ?? "invalid"}`);
    }
    runner.feedback(feedback.data);
    return reply.code(202).send({});
  });
}
