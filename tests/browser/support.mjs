// What every browser test needs: the native binary serving the page, and Chromium with an eye on errors.
//
// `cargo xtask test` sets GRAINSCOPE_BIN and GRAINSCOPE_CHROMIUM and runs each file with Node's own test runner.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

/** The repository's root. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** How long the server may take to say its address, in milliseconds. */
const START_LIMIT = 20_000;

/**
 * Starts `grainscope serve` on a free port.
 *
 * @param {string[]} args more arguments for it
 * @returns {Promise<{url: string, stop: () => Promise<void>}>} its address, ending in a slash
 */
export async function serve(args = []) {
  const child = spawn(variable("GRAINSCOPE_BIN"), ["serve", "--listen", "127.0.0.1:0", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const url = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill();
      reject(new Error("grainscope serve did not say its address"));
    }, START_LIMIT);
    createInterface({ input: child.stdout }).on("line", (line) => {
      const address = /http:\/\/[^\s]+/.exec(line);
      if (!address) return;
      clearTimeout(timer);
      resolve(address[0].replace(/\/?$/, "/"));
    });
    child.once("exit", (code) => reject(new Error(`grainscope serve ended with ${code}`)));
    child.once("error", reject);
  });
  return {
    url,
    async stop() {
      child.kill();
      await ended;
    },
  };
}

/** Starts headless Chromium. */
export function launch() {
  return chromium.launch({
    executablePath: variable("GRAINSCOPE_CHROMIUM"),
    // Chromium refuses its sandbox to root, which is who runs tests in containers. The page is our own.
    chromiumSandbox: typeof process.getuid === "function" && process.getuid() !== 0,
  });
}

/**
 * Opens a page in a context of its own and collects what goes wrong in it: exceptions, console errors (a breach of
 * the Content Security Policy is one) and failed requests.
 *
 * @param {import("playwright-core").Browser} browser
 * @param {string} url
 * @param {import("playwright-core").BrowserContextOptions} options viewport, colour scheme and so on
 * @returns {Promise<{page: import("playwright-core").Page, problems: string[]}>}
 */
export async function open(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(`exception: ${error}`));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`console: ${message.text()}`);
  });
  page.on("requestfailed", (request) => problems.push(`request: ${request.url()} ${request.failure()?.errorText}`));
  await page.goto(url);
  return { page, problems };
}

function variable(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run \`cargo xtask test --suite browser\``);
  return value;
}
