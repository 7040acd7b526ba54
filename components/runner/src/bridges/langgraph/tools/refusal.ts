/** A tool that cannot do what the model asked: the model gets the words, and goes on. */
export class ToolRefusal extends Error {
  override readonly name = "ToolRefusal";
}
