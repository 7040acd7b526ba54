// Runs in the frame that draws diagrams (diagram-frame.ts): takes a text, gives back a picture or what is wrong with it.
let number = 0;

addEventListener("message", ({ data, source }) => {
  if (source !== parent || typeof data?.id !== "string" || typeof data.code !== "string") return;
  void draw(data);
});

async function draw(data) {
  try {
    mermaid.initialize({
      startOnLoad: false,
      securityLevel: "strict",
      suppressErrorRendering: true,
      theme: data.isDark === true ? "dark" : "neutral",
      fontFamily: "system-ui, sans-serif",
      // Labels of SVG's own: HTML in a picture is not drawn everywhere.
      htmlLabels: false,
      flowchart: { htmlLabels: false },
      maxTextSize: 50_000,
    });
    number += 1;
    const { svg } = await mermaid.render(`diagram-${number}`, data.code);
    parent.postMessage({ id: data.id, svg }, "*");
  } catch (error) {
    parent.postMessage({ id: data.id, error: String(error?.message ?? error).slice(0, 1000) }, "*");
  }
}

parent.postMessage({ isReady: true }, "*");
