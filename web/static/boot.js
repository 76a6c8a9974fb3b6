// Starts the program, in the page and in its worker: it finds out itself which of the two it is in.
import start from "./grainscope.js";

await start({ module_or_path: new URL("grainscope_bg.wasm", import.meta.url) });
