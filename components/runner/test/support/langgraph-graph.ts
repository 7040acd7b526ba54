/** A graph for tests: it speaks, asks, fails, and sends a crew of graphs inside graphs. A LangGraph server can serve it too. */
import { AIMessage } from "@langchain/core/messages";
import { FakeListChatModel } from "@langchain/core/utils/testing";
import { END, interrupt, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";

export const REPLY = "Ahoy from the server. ".repeat(40);

type State = typeof MessagesAnnotation.State;
const wordsOf = ({ messages }: State): string => messages.at(-1)?.text ?? "";
const speak = async ({ messages }: State, words: string, sleep = 0): Promise<Partial<State>> => ({
  messages: [await new FakeListChatModel({ responses: [words], sleep }).invoke(messages)],
});

const diver = new StateGraph(MessagesAnnotation)
  .addNode("dive", async (state) => speak(state, "The diver looks."))
  .addEdge(START, "dive")
  .addEdge("dive", END)
  .compile();

const crew = new StateGraph(MessagesAnnotation)
  .addNode("plan", async (state) => speak(state, "The crew plans."))
  .addNode("diver", diver)
  .addEdge(START, "plan")
  .addEdge("plan", "diver")
  .addEdge("diver", END)
  .compile();

export const harbour = new StateGraph(MessagesAnnotation)
  .addNode("speak", async (state) => {
    const words = wordsOf(state);
    if (words.includes("ask")) {
      const answer: unknown = interrupt("Which harbour?");
      return { messages: [new AIMessage({ content: `To ${String(answer)}.` })] };
    }
    if (words.includes("fail")) throw new Error("the graph ran aground");
    return speak(state, REPLY, words.includes("slow") ? 30 : 0);
  })
  .addNode("crew", crew)
  .addNode("sum", async (state) => speak(state, "The crew is back."))
  .addConditionalEdges(START, (state) => (wordsOf(state).includes("crew") ? "crew" : "speak"), ["crew", "speak"])
  .addEdge("speak", END)
  .addEdge("crew", "sum")
  .addEdge("sum", END);

/** As a server takes it, which has a checkpointer of its own. */
export const graph = harbour.compile();
