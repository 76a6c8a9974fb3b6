// Runs the tests of the module beside this file. Arguments: parts of test names.
const wasm = require("./tests.js");

const filters = process.argv.slice(2);
// A crate without tests has no such object.
const all = Object.keys(wasm.__wasm ?? {}).filter((name) => name.startsWith("__wbgt_"));
const chosen = all.filter((name) => filters.length === 0 || filters.some((filter) => name.includes(filter)));
if (chosen.length === 0) {
  console.log(`\ntest result: ok. 0 passed; 0 failed; 0 ignored; ${all.length} filtered out`);
  process.exit(0);
}

// wasm-bindgen-test keeps what a test prints and shows it when the test fails; it prints its own report through these.
global.__wbgtest_og_console_log = console.log;
global.__wbgtest_og_console_error = console.error;
for (const method of ["debug", "log", "info", "warn", "error"]) {
  console[method] = (...values) => wasm[`__wbgtest_console_${method}`](values);
}
global.__wbg_test_invoke = (test) => test();

const context = new wasm.WasmBindgenTestContext(false);
context.include_ignored(false);
context.filtered_count(all.length - chosen.length);
context
  .run(chosen.map((name) => wasm.__wasm[name]))
  .then((passed) => process.exit(passed ? 0 : 1))
  .catch((error) => {
    global.__wbgtest_og_console_error(error);
    process.exit(1);
  });
