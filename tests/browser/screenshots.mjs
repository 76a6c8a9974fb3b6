// Takes the pictures of the documentation from the real page: `cargo xtask screenshots`.
import { mkdir } from "node:fs/promises";
import { launch, open, serve } from "./support.mjs";

const folder = process.argv[2];
await mkdir(folder, { recursive: true });
const server = await serve();
const browser = await launch();
try {
  for (const [name, example, options] of [
    ["page", "Show the example", { colorScheme: "light" }],
    ["page-dark", "One with faults", { colorScheme: "dark" }],
  ]) {
    const { page } = await open(browser, server.url, { viewport: { width: 1440, height: 900 }, ...options });
    await page.getByText(example).click();
    await page.locator(".grid .line").first().click();
    const row = page.locator(".field-row", { hasText: "Patient's Name" }).first();
    const tree = await page.locator(".tree").boundingBox();
    await page.mouse.move(tree.x + 40, tree.y + 40);
    for (let tries = 0; tries < 60 && !(await row.count()); tries++) {
      await page.mouse.wheel(0, 150);
      await page.waitForTimeout(30);
    }
    await row.click();
    await page.waitForTimeout(500);
    await page.screenshot({ path: `${folder}/${name}.png` });
    await page.close();
  }
} finally {
  await browser.close();
  await server.stop();
}
