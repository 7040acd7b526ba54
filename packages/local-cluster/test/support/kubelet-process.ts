// A kubelet in a process of its own, to be killed: kubelet-process.ts KUBECONFIG DATA_DIR API_PORT ISOLATION
import { createUndiciTransport, loadKubeconfig } from "@pilothouse/kubernetes";
import { startKubelet } from "../../src/kubelet/index.ts";
import { NODE_NAME, testImages, testLogger } from "./node.ts";

const [kubeconfig = "", dataDir = "", port = "0", isolation = "auto"] = process.argv.slice(2);
const connection = await loadKubeconfig(kubeconfig);
await startKubelet({
  transport: createUndiciTransport(connection.transport),
  dataDir,
  nodeName: NODE_NAME,
  images: testImages,
  apiServer: { host: "127.0.0.1", port: Number(port) },
  isolation: isolation === "none" ? "none" : "auto",
  logger: testLogger,
});
