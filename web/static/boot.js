// Starts the program, in the page and in its worker: it finds out itself which of the two it is in.
import start from "./grainscope.js";

// A task that fails in the worker would end unheard: this lets the page know, so that it can say so and start anew.
if (typeof document === "undefined") {
  addEventListener("unhandledrejection", (event) => reportError(event.reason));
}

await start({ module_or_path: new URL("grainscope_bg.wasm", import.meta.url) });
