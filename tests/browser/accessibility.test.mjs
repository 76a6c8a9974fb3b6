// The page by keyboard alone, and as a screen reader sees it.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { launch, open, serve } from "./support.mjs";

let server;
let browser;
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

before(async () => {
  server = await serve();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** What axe finds wrong, one line each. */
async function violations(page) {
  await page.evaluate(axe);
  const result = await page.evaluate(() => globalThis.axe.run());
  return result.violations.map((v) => `${v.id}: ${v.nodes.map((node) => node.target).join(", ")}`);
}

for (const colorScheme of ["light", "dark"]) {
  for (const viewport of [
    { width: 1440, height: 900 },
    { width: 820, height: 1180 },
  ]) {
    test(`axe finds nothing, ${colorScheme}, ${viewport.width} px`, async () => {
      const { page } = await open(browser, server.url, { colorScheme, viewport });
      await page.locator(".welcome").waitFor();
      assert.deepEqual(await violations(page), [], "welcome");
      await page.getByText("Show the example").click();
      await page.locator(".grid .line").first().click();
      await page.locator(".field-row").first().waitFor();
      assert.deepEqual(await violations(page), [], "a Grain open");
      await page.locator("#tab-packets").click();
      await page.locator(".grid .line").first().click();
      assert.deepEqual(await violations(page), [], "packets");
    });
  }
}

test("by keyboard alone from the example to a byte", async () => {
  const { page, problems } = await open(browser, server.url);
  await page.locator(".welcome").waitFor();
  const focused = (selector) => page.evaluate((s) => document.activeElement?.closest(s) !== null, selector);
  const tabTo = async (selector) => {
    for (let presses = 0; presses < 60; presses++) {
      if (await focused(selector)) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`Tab never reaches ${selector}`);
  };
  await page.getByText("Show the example").focus();
  await page.keyboard.press("Enter");
  await page.locator(".grid .line").first().waitFor();
  await tabTo(".grid");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.locator(".field-row").first().waitFor();
  await tabTo(".tree");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.locator(".hex .bytes .b.field").first().waitFor();
  await tabTo(".hex");
  assert.deepEqual(problems, []);
});
