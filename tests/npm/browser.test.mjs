// The package in a bare page without a bundler, and beside a strict Content Security Policy, in Chromium.
import assert from "node:assert/strict";
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

import { captures, datagrams, install, vector } from "./support.mjs";

const executablePath = process.env.GRAINSCOPE_CHROMIUM;
const skip = executablePath ? false : "missing: chromium";
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };
const PAGE = `<!doctype html>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'self'; script-src 'self' 'wasm-unsafe-eval'">
<title>dicom-rtv</title>
<script type="module" src="page.js"></script>
<p>waiting</p>
`;
const SCRIPT = `
import init, * as rtv from "./node_modules/dicom-rtv/web/dicom_rtv.js";
await init();
window.rtv = rtv;
document.querySelector("p").textContent = "ready";
`;

let server, browser, page;
const problems = [];
const requests = [];

before(async () => {
  if (skip) return;
  const folder = install();
  server = createServer((request, response) => {
    const path = normalize(new URL(request.url, "http://x").pathname);
    requests.push(path);
    const send = (type, body) => response.writeHead(200, { "content-type": type }).end(body);
    if (path === "/") return send("text/html", PAGE);
    if (path === "/page.js") return send("text/javascript", SCRIPT);
    const file = join(folder, path);
    if (!existsSync(file)) return response.writeHead(path === "/favicon.ico" ? 204 : 404).end();
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
    return createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  // Chromium refuses its sandbox to root, which is who runs tests in containers.
  const chromiumSandbox = typeof process.getuid === "function" && process.getuid() !== 0;
  browser = await chromium.launch({ executablePath, chromiumSandbox });
  page = await browser.newPage();
  page.on("pageerror", (error) => problems.push(`${error}`));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.getByText("ready").waitFor();
});

after(async () => {
  await browser?.close();
  server?.close();
});

/** Sends the packets of a capture into the page; gives the payloads' JSON, and how many did not come back the same. */
function inPage(capture) {
  const packets = [...datagrams(capture)].map(({ destination, payload }) => [destination, payload.toString("base64")]);
  return page.evaluate((list) => {
    const { rtv } = window;
    const flows = {};
    const payloads = [];
    let changed = 0;
    const take = (destination, events) => {
      for (const event of events.filter((entry) => entry.type === "grain")) {
        if (new TextDecoder().decode(event.payload.subarray(128, 132)) !== "DICM") continue;
        const payload = rtv.decodePayload(event.payload);
        const again = rtv.encodePayload(payload);
        if (payload.issues.length === 0 && again.join() !== event.payload.join()) changed += 1;
        payloads.push({ destination, timestamp: event.rtpTimestamp, meta: payload.meta.json, dataset: payload.dataSet.json });
      }
    };
    for (const [destination, text] of list) {
      flows[destination] ??= new rtv.GrainAssembler();
      const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
      try {
        take(destination, flows[destination].push(bytes));
      } catch (error) {
        if (error.name !== "RtvError") throw error;
      }
    }
    for (const [destination, flow] of Object.entries(flows)) take(destination, flow.flush());
    return { payloads, changed };
  }, packets);
}

test("a bare page decodes or-clean.pcap to the expected values and encodes the same bytes", { skip }, async (t) => {
  const found = vector("or-clean");
  if (!found) return t.skip("../shared/vectors is not there");
  const { payloads, changed } = await inPage(found.capture);
  assert.equal(changed, 0);
  const expected = found.expected.flows.flatMap((flow) =>
    flow.grains.map((grain) => [`${flow.destination} ${grain.rtp_timestamp}`, grain]),
  );
  const got = new Map(payloads.map((payload) => [`${payload.destination} ${payload.timestamp}`, payload]));
  assert.equal(payloads.length, expected.length);
  for (const [key, grain] of expected) {
    assert.deepEqual(got.get(key).meta, grain.meta, key);
    assert.deepEqual(got.get(key).dataset, grain.dataset, key);
  }
});

test("a capture of the repository, multi-byte text and errors in the page", { skip }, async () => {
  const iso2022 = captures().find(({ name }) => name.startsWith("or-iso-2022"));
  const { payloads, changed } = await inPage(iso2022.capture);
  assert.ok(payloads.length > 0);
  assert.equal(changed, 0);
  const answer = await page.evaluate(() => {
    const { rtv } = window;
    const json = {
      "00080005": { vr: "CS", Value: ["ISO 2022 IR 6", "ISO 2022 IR 87"] },
      "00100010": { vr: "PN", Value: [{ Alphabetic: "Yamada^Tarou", Ideographic: "山田^太郎" }] },
    };
    const name = rtv.decodeDataSet(rtv.encodeDataSet(json)).json["00100010"].Value[0].Ideographic;
    try {
      rtv.decodePacket(new Uint8Array(3));
    } catch (error) {
      return { name, isError: error instanceof Error, code: error.code };
    }
    return null;
  });
  assert.deepEqual(answer, { name: "山田^太郎", isError: true, code: "incomplete" });
});

test("the page loads one script and one wasm, and nothing complains", { skip }, () => {
  assert.deepEqual(problems, []);
  assert.deepEqual(requests.filter((path) => path.includes("dicom-rtv")), [
    "/node_modules/dicom-rtv/web/dicom_rtv.js",
    "/node_modules/dicom-rtv/bundler/dicom_rtv_bg.wasm",
  ]);
});
