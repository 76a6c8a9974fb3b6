// The main job: a capture is dropped into the page, and what it holds is read down to the byte.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { launch, open, root, serve } from "./support.mjs";

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

/** Drops a file on the page as a person does with the mouse. */
async function drop(page, name, bytes) {
  const transfer = await page.evaluateHandle(
    ([name, base64]) => {
      const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], name));
      return transfer;
    },
    [name, bytes.toString("base64")],
  );
  for (const event of ["dragenter", "dragover", "drop"]) {
    await page.dispatchEvent("body", event, { dataTransfer: transfer });
  }
}

/** A field of the tree, scrolled to: only what is seen is in the document. */
async function field(page, text) {
  const row = page.locator(".field-row", { hasText: text }).first();
  const tree = await page.locator(".tree").boundingBox();
  await page.mouse.move(tree.x + tree.width / 2, tree.y + tree.height / 2);
  await page.mouse.wheel(0, -1e6);
  await page.waitForTimeout(100);
  for (let tries = 0; tries < 60 && !(await row.count()); tries++) {
    await page.mouse.wheel(0, 150);
    await page.waitForTimeout(30);
  }
  return row;
}

/** The bytes that the hex view marks as the selected field's value. */
async function marked(page) {
  const bytes = await page.locator(".hex .bytes .b.value").allTextContents();
  return Buffer.from(bytes.join("").replaceAll(/\s/g, ""), "hex");
}

test("a dropped capture shows the patient's name, and its bytes", async () => {
  const capture = await readFile(`${root}tests/vectors/or-pcapng.pcapng`);
  const { page, problems } = await open(browser, server.url);
  await page.locator(".welcome").waitFor();
  await drop(page, "room.pcapng", capture);
  await page.locator(".grid .line").first().click();
  const row = await field(page, "Patient's Name");
  await row.click();
  const decoded = (await page.locator(".explanation .decoded").textContent()).trim();
  assert.ok(decoded.includes("^"), `a person's name: ${decoded}`);
  const bytes = await marked(page);
  assert.equal(bytes.toString("utf8").trimEnd(), decoded);
  assert.ok(capture.includes(bytes), "the bytes are those of the file");

  // And back: a click on a byte selects the deepest field that it lies in.
  const value = page.locator(".hex .bytes .b.value");
  const offset = Number(await value.first().getAttribute("data-offset"));
  const byte = (offset) => page.locator(`.hex .bytes .b[data-offset="${offset}"]`).first();
  await byte(offset + bytes.length + 16).click();
  await page.waitForFunction((name) => document.querySelector(".explanation .decoded")?.textContent.trim() !== name, decoded);
  await byte(offset).click();
  await page.waitForFunction((name) => document.querySelector(".explanation .decoded")?.textContent.trim() === name, decoded);
  assert.deepEqual(problems, []);
});

async function readExample() {
  const response = await fetch(new URL("example.pcapng", server.url));
  return Buffer.from(await response.arrayBuffer());
}

test("a field of a Grain's second packet is found in the Grain and in the packet", async () => {
  const { page, problems } = await open(browser, server.url);
  await page.getByText("Show the example").click();
  const lines = page.locator(".grid .line");
  await lines.first().waitFor();
  let tabs = [];
  for (let row = 0; row < 6 && tabs.length < 2; row++) {
    await lines.nth(row).click();
    await page.locator(".detail-head h2", { hasText: /packet/ }).waitFor();
    await page.waitForTimeout(200);
    tabs = await page.getByRole("tab", { name: /^Packet \d/ }).allTextContents();
  }
  assert.ok(tabs.length >= 2, `a Grain over several packets: ${tabs}`);
  // A byte of the last packet is found again in the Grain.
  await page.getByRole("tab", { name: tabs.at(-1) }).click();
  await page.locator(".hex .bytes .b").nth(20).click();
  await page.locator(".hex .bytes .b.cursor").first().waitFor();
  await page.getByRole("tab", { name: /^Grain \d/ }).click();
  await (await field(page, "Patient's Name")).click();
  assert.ok((await marked(page)).length > 0);
  assert.deepEqual(problems, []);
});

test("what is no capture is named, and the page goes on", async () => {
  const { page } = await open(browser, server.url);
  const files = [
    ["photo.jpg", Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, ...Buffer.from("JFIF\0"), 1, 1]), /JPEG/],
    ["empty.pcap", Buffer.alloc(0), /empty/i],
    ["one.pcap", Buffer.from([0xa1]), /byte/],
  ];
  for (const [name, bytes, says] of files) {
    await drop(page, name, bytes);
    await page.locator(".trouble").filter({ hasText: says }).first().waitFor();
    await page.getByRole("button", { name: new RegExp(`^Close ${name}`) }).click();
  }
  await page.getByText("Show the example").click();
  await page.locator(".grid .line").first().waitFor();
});

test("a capture cut in the middle of a packet shows what came before", async () => {
  const { page } = await open(browser, server.url);
  const capture = await readExample();
  await page.locator(".welcome").waitFor();
  await drop(page, "cut.pcapng", capture.subarray(0, 100_001));
  await page.locator(".grid .line").first().waitFor();
  await page.locator(".trouble", { hasText: /byte|damaged/i }).first().waitFor();
});

test("captures cut anywhere and a length of 4 GB get an answer, and the page goes on", async () => {
  const { page, problems } = await open(browser, server.url);
  const capture = await readFile(`${root}tests/vectors/fault-rtp-loss.pcap`);
  await page.locator(".welcome").waitFor();
  const length = Buffer.from(capture);
  length.writeUInt32LE(0xffffffff, 24 + 8);
  const files = [["length.pcap", length]];
  for (let end = 2; end < 500; end += 37) files.push([`cut-${end}.pcap`, capture.subarray(0, end)]);
  for (const [name, bytes] of files) {
    await drop(page, name, bytes);
    // Whatever the cut leaves: what is wrong is said, or nothing is.
    await page.locator(".trouble, .grid .line").first().waitFor();
    await page.getByRole("button", { name: new RegExp(`^Close ${name}`) }).click();
  }
  await page.getByText("Show the example").click();
  await page.locator(".grid .line").first().waitFor();
  assert.deepEqual(problems, []);
});

test("names are text, never markup", async () => {
  const { page, problems } = await open(browser, server.url);
  const capture = await readFile(`${root}tests/vectors/or-pcapng.pcapng`);
  // Every name of a person, replaced by markup of the same length.
  const element = Buffer.from([0x10, 0x00, 0x10, 0x00, 0x50, 0x4e]);
  let at = capture.indexOf(element);
  assert.ok(at > 0, "the capture names a patient");
  for (; at >= 0; at = capture.indexOf(element, at + 1)) {
    const length = capture.readUInt16LE(at + 6);
    capture.write("<i onclick=alert(1)>".padEnd(length, "_").slice(0, length), at + 8, "latin1");
  }
  await page.locator(".welcome").waitFor();
  await drop(page, "markup.pcapng", capture);
  await page.locator(".grid .line").first().click();
  await (await field(page, "Patient's Name")).click();
  assert.match(await page.locator(".explanation .decoded").textContent(), /^<i onclick/);
  assert.equal(await page.locator("i").count(), 0);
  assert.deepEqual(problems, []);
});

test("every request goes to the page's own server", async () => {
  const { page } = await open(browser, server.url);
  const foreign = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(server.url) && !/^(blob|data):/.test(request.url())) foreign.push(request.url());
  });
  await page.reload();
  await page.getByText("Show the example").click();
  await page.locator(".grid .line").first().waitFor();
  assert.deepEqual(foreign, []);
});

test("the example opens in under a second", async (t) => {
  const { page } = await open(browser, server.url);
  await page.locator(".welcome").waitFor();
  const start = performance.now();
  await page.getByText("Show the example").click();
  await page.locator(".grid .line").first().waitFor();
  // A figure to look at: a loaded machine must not fail the test.
  t.diagnostic(`first rows after ${Math.round(performance.now() - start)} ms`);
});
