// The page as it arrives: it starts, breaks no policy, and its files are served as they should be.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, serve } from "./support.mjs";

let server;
let browser;

before(async () => {
  server = await serve();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

test("the page starts without an error", async () => {
  const { page, problems } = await open(browser, server.url);
  await page.getByText("Grainscope").first().waitFor();
  assert.deepEqual(problems, []);
  assert.equal(await page.title(), "Grainscope");
});

test("the policy refuses what is inline", async () => {
  const { page } = await open(browser, server.url);
  await page.getByText("Grainscope").first().waitFor();
  const ran = await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "globalThis.inlineScriptRan = true";
    document.head.append(script);
    return globalThis.inlineScriptRan === true;
  });
  assert.equal(ran, false);
});

test("files with a hash in their name are kept, the first page is asked for again", async () => {
  const index = await fetch(server.url);
  assert.match(index.headers.get("content-type"), /^text\/html/);
  assert.doesNotMatch(index.headers.get("cache-control") ?? "", /immutable/);
  const names = [...(await index.text()).matchAll(/(?:href|src)="(\.\/assets\/[^"]+)"/g)].map((match) => match[1]);
  assert.ok(names.some((name) => name.endsWith(".wasm")), `no wasm among ${names}`);
  for (const name of names) {
    const file = await fetch(new URL(name, server.url), { headers: { "accept-encoding": "br" } });
    assert.equal(file.status, 200, name);
    assert.match(file.headers.get("cache-control") ?? "", /immutable/, name);
    if (name.endsWith(".wasm")) {
      assert.equal(file.headers.get("content-type"), "application/wasm");
      assert.equal(file.headers.get("content-encoding"), "br");
    }
  }
});
