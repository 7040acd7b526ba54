// A process that writes to a store from many hands at once, and says on its standard output what is durable, until it
// is killed: `node acknowledging-writer.ts FILE ROUND`.
import { writeSync } from "node:fs";
import { ClusterStore } from "../../src/storage/store.ts";

const [file = "", round = ""] = process.argv.slice(2);
const store = ClusterStore.open({ file, indexer: () => ({ uid: "", labels: {}, fields: {} }) });
const HANDS = 8;
const MOST = 20_000;

async function write(hand: number): Promise<void> {
  for (let index = 0; index < MOST; index++) {
    const name = `${round}-${hand}-${index % 50}`;
    const object = { apiVersion: "v1", kind: "Thing", metadata: { name }, padding: "x".repeat(500) };
    const { revision } = store.put({ resource: "things", namespace: "", name }, object);
    await store.durable(revision);
    // Not through a stream: what is said must have left this process before it dies.
    writeSync(1, `${name} ${revision}\n`);
  }
}

await Promise.all(Array.from({ length: HANDS }, (_, hand) => write(hand)));
