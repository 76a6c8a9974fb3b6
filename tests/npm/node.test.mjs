// The package in Node, from its tarball.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";

import { captures, datagrams, install, root, vector } from "./support.mjs";

const folder = install();
const rtv = createRequire(join(folder, "script.js"))("dicom-rtv");

/** The Grains of each flow that carries RTV payloads. */
function grains(capture) {
  const flows = new Map();
  for (const { time, destination, payload } of datagrams(capture)) {
    let flow = flows.get(destination);
    if (!flow) flows.set(destination, (flow = { assembler: new rtv.GrainAssembler(), grains: [] }));
    let events;
    try {
      events = flow.assembler.push(payload, time);
    } catch (error) {
      assert.equal(error.name, "RtvError");
      continue;
    }
    flow.grains.push(...events.filter((event) => event.type === "grain"));
  }
  for (const flow of flows.values()) {
    flow.grains.push(...flow.assembler.flush().filter((event) => event.type === "grain"));
    flow.counters = flow.assembler.counters;
    flow.assembler.free();
  }
  return flows;
}

const isRtv = (grain) => Buffer.from(grain.payload.subarray(128, 132)).toString() === "DICM";

/** The message of an RtvError; fails if nothing or something else is thrown. */
function fault(action) {
  try {
    action();
  } catch (error) {
    assert.equal(error.name, "RtvError", error.stack);
    assert.ok(error instanceof Error);
    assert.deepEqual(
      Object.keys(error).filter((key) => key !== "name").sort(),
      ["code", "expected", "found", "offset", "what"],
    );
    return error;
  }
  return assert.fail("nothing was thrown");
}

test("or-clean.pcap is decoded to the expected values and encoded back to the same bytes", (t) => {
  const found = vector("or-clean");
  if (!found) return t.skip("../shared/vectors is not there");
  const flows = grains(found.capture);
  let count = 0;
  for (const flow of found.expected.flows) {
    const { grains: got, counters } = flows.get(flow.destination);
    assert.equal(got.length, flow.grains.length, flow.destination);
    assert.equal(counters.lost, 0);
    let charset;
    flow.grains.forEach((expected, index) => {
      const grain = got[index];
      assert.equal(grain.rtpTimestamp, expected.rtp_timestamp);
      assert.equal(grain.ssrc, flow.ssrc);
      assert.equal(grain.payloadType, flow.payload_type);
      assert.equal(grain.packets.length, expected.packets);
      assert.equal(grain.payload.length, expected.payload_bytes);
      assert.ok(grain.complete);
      assert.equal(grain.identity.origin, BigInt(expected.origin_ns));
      assert.equal(grain.identity.sync, BigInt(expected.sync_ns));
      assert.equal(grain.identity.sourceId, flow.source_id);
      assert.equal(grain.identity.flowId, flow.flow_id);

      const payload = rtv.decodePayload(grain.payload, { charset });
      charset = payload.dataSet.charset;
      assert.deepEqual(payload.issues, []);
      assert.deepEqual(payload.meta.json, expected.meta);
      assert.deepEqual(payload.dataSet.json, expected.dataset);
      assert.equal(payload.isStatic, expected.static);
      assert.equal(payload.isDynamic, expected.dynamic);
      assert.equal(payload.meta.sourceId, flow.source_id);
      assert.equal(payload.meta.sopClassUid, flow.sop_class);

      assert.deepEqual(rtv.encodePayload(payload), grain.payload);
      // From the values alone: fields of group 0002, DICOM JSON behind them. It has other bytes where a number could be
      // written in two ways, but the same values.
      const { elements, json, ...fields } = payload.meta;
      const again = rtv.encodePayload({ meta: fields, dataSet: payload.dataSet.json }, { charset });
      assert.deepEqual(rtv.decodePayload(again, { charset }).dataSet.json, expected.dataset);
      count += 1;
    });
  }
  assert.ok(count > 100);
});

test("every capture of the repository: whole payloads come back byte for byte", () => {
  let same = 0;
  for (const { name, capture } of captures()) {
    for (const flow of grains(capture).values()) {
      for (const grain of flow.grains.filter(isRtv)) {
        const payload = rtv.decodePayload(grain.payload);
        rtv.payloadFields(grain.payload);
        if (payload.issues.length > 0 || !payload.dataSet.complete) continue;
        assert.deepEqual(rtv.encodePayload(payload), grain.payload, name);
        same += 1;
      }
    }
  }
  assert.ok(same > 100, `${same}`);
});

test("text in multi-byte sets goes both ways through TextDecoder", () => {
  for (const [charset, name] of [
    ["ISO 2022 IR 6\\ISO 2022 IR 87", "Yamada^Tarou=山田^太郎=やまだ^たろう"],
    ["\\ISO 2022 IR 87", "Yamada^Tarou=山田^太郎=やまだ^たろう"],
    ["\\ISO 2022 IR 149", "Hong^Gildong=洪^吉洞=홍^길동"],
    ["GB18030", "Wang^XiaoDong=王^小东"],
    ["GBK", "Wang^XiaoDong=王^小东"],
    ["ISO_IR 192", "Wang^XiaoDong=王^小東=😀"],
    ["ISO_IR 100", "Buc^Jérôme"],
  ]) {
    const [Alphabetic, Ideographic, Phonetic] = name.split("=");
    const person = JSON.parse(JSON.stringify({ Alphabetic, Ideographic, Phonetic }));
    const json = {
      "00080005": { vr: "CS", Value: charset.split("\\") },
      "00100010": { vr: "PN", Value: [person] },
    };
    const bytes = rtv.encodeDataSet(json);
    const set = rtv.decodeDataSet(bytes);
    assert.deepEqual(set.json, json, charset);
    assert.deepEqual(set.issues, []);
    // Without its own character set it needs the one that is handed over.
    const inherited = rtv.encodeDataSet({ "00100010": json["00100010"] }, { charset });
    assert.deepEqual(rtv.decodeDataSet(inherited, { charset }).json["00100010"], json["00100010"], charset);
  }
  assert.match(fault(() => rtv.encodeDataSet({ "00100010": { vr: "PN", Value: [{ Alphabetic: "é" }] } })).what, /0010,0010/);
});

test("every VR goes from DICOM JSON to bytes and back", () => {
  const item = { "00100020": { vr: "LO", Value: ["x"] }, "00081140": { vr: "SQ", Value: [{}] } };
  const json = {
    "00080001": { vr: "UL", Value: [4294967295] },
    "00080005": { vr: "CS", Value: ["ISO_IR 192"] },
    "00081140": { vr: "SQ", Value: [item, {}] },
    "00091001": { vr: "AE", Value: ["AET"] },
    "00091002": { vr: "AS", Value: ["042Y"] },
    "00091003": { vr: "AT", Value: ["00100010", "7FE00010"] },
    "00091004": { vr: "DA", Value: ["20260102"] },
    "00091005": { vr: "DS", Value: [1.5, -20, null, 1e-300] },
    "00091006": { vr: "DT", Value: ["20260102101530.25+0100"] },
    "00091007": { vr: "FD", Value: [-0, 1.1, "NaN", "inf", "-inf", 5e-324] },
    "00091008": { vr: "FL", Value: [0.5, "-inf"] },
    "00091009": { vr: "IS", Value: [-7, 2147483647] },
    "0009100A": { vr: "LO", Value: ["a", "", "c"] },
    "0009100B": { vr: "LT", Value: ["one\\value"] },
    "0009100C": { vr: "OB", InlineBinary: "AAE=" },
    "0009100D": { vr: "OD", InlineBinary: "AAAAAAAA8D8=" },
    "0009100E": { vr: "OW", InlineBinary: "AAECAw==" },
    "0009100F": { vr: "SL", Value: [-2147483648] },
    "00091010": { vr: "SS", Value: [-32768] },
    "00091011": { vr: "SV", Value: ["-9223372036854775808", 9007199254740991] },
    "00091012": { vr: "TM", Value: ["101530.25"] },
    "00091013": { vr: "UC", Value: ["é", "b"] },
    "00091014": { vr: "UI", Value: ["1.2.840.10008.10.1", "2.25.1"] },
    "00091015": { vr: "UN", InlineBinary: "AAEC/w==" },
    "00091016": { vr: "UR", Value: ["https://example.org/a b"] },
    "00091017": { vr: "US", Value: [65535] },
    "00091018": { vr: "UT", Value: ["long"] },
    "00091019": { vr: "UV", Value: ["18446744073709551615"] },
    "00100010": { vr: "PN", Value: [{ Alphabetic: "A^B", Ideographic: "", Phonetic: "c" }, null] },
    "00100020": { vr: "LO" },
    10000000: { vr: "UL", Value: [1] },
  };
  for (const syntax of ["explicit", "implicit"]) {
    const bytes = rtv.encodeDataSet(json, { syntax });
    const set = rtv.decodeDataSet(bytes, { syntax });
    assert.deepEqual(set.issues, []);
    if (syntax === "explicit") assert.deepEqual(set.json, json);
    assert.deepEqual(rtv.encodeDataSet(set, { syntax }), bytes);
    assert.deepEqual(rtv.encodeDataSet(rtv.decodeDataSet(bytes, { syntax }).json, { syntax }), bytes);
  }
});

test("length forms, fragments and Items in UN come back as they were", () => {
  const hex = (text) => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
  const end = "feff0de0 00000000";
  const endOfSequence = "feffdde0 00000000";
  for (const bytes of [
    `08004011 5351 0000 ffffffff feff00e0 ffffffff 10002000 4c4f 0200 7820 ${end} ${endOfSequence}`,
    `08004011 5351 0000 12000000 feff00e0 0a000000 10002000 4c4f 0200 7820`,
    `e07f1000 4f42 0000 ffffffff feff00e0 00000000 feff00e0 02000000 0102 ${endOfSequence}`,
    // UN of undefined length: its Items are in Implicit VR.
    `09000110 554e 0000 ffffffff feff00e0 0a000000 10002000 02000000 7820 ${endOfSequence}`,
    `09000110 554e 0000 ffffffff feff00e0 ffffffff 10002000 02000000 7820 ${end} ${endOfSequence}`,
  ].map(hex)) {
    const set = rtv.decodeDataSet(bytes);
    assert.deepEqual(set.issues, []);
    assert.deepEqual(rtv.encodeDataSet(set), bytes);
    assert.deepEqual(rtv.encodeDataSet({ elements: set.elements }), bytes);
    // A copy without views and offsets does as well.
    const strip = ({ tag, vr, bytes: value, undefinedLength, items, fragments }) => ({
      tag,
      vr,
      bytes: value?.slice(),
      undefinedLength,
      fragments,
      items: items?.map((entry) => ({ ...entry, elements: entry.elements.map(strip) })),
    });
    assert.deepEqual(rtv.encodeDataSet({ elements: set.elements.map(strip) }), bytes);
  }
});

test("packets: order, loss, duplicates, ids of the session description", () => {
  const identity = { sync: 5n, origin: (2n ** 48n - 1n) * 1_000_000_000n, duration: { numerator: 1, denominator: 25 } };
  const extensionMap = { 1: "sync-timestamp", 2: "urn:x-nmos:rtp-hdrext:origin-timestamp", 5: "grain-flags", 14: "grain-duration" };
  const send = (sequenceNumber, timestamp) =>
    rtv.packetize(new Uint8Array(3000).fill(timestamp), { timestamp, ssrc: 7, sequenceNumber, identity, extensionMap });
  const all = [...send(65534, 1), ...send(1, 2), ...send(4, 3)];
  assert.equal(all.length, 9);
  const packet = rtv.decodePacket(all[0], { extensionMap });
  assert.deepEqual({ ...packet.identity }, {
    ...{ sync: 5n, origin: identity.origin, duration: identity.duration },
    ...{ sourceId: null, flowId: null, timecode: null, flags: { start: true, end: false } },
  });
  assert.deepEqual(packet.extension.elements.map(({ id, kind }) => [id, kind]).sort(), [
    [1, "sync-timestamp"], [14, "grain-duration"], [2, "origin-timestamp"], [5, "grain-flags"],
  ]);
  // Changed order, one twice, one lost in the second Grain.
  const arrived = [0, 2, 1, 1, 3, 5, 6, 7, 8].map((index) => all[index]);
  const assembler = new rtv.GrainAssembler({ extensionMap, reorderPackets: 2 });
  const events = arrived.flatMap((bytes, index) => assembler.push(bytes, BigInt(index) * 1_000_000_000n));
  events.push(...assembler.flush());
  const got = events.filter((event) => event.type === "grain");
  assert.deepEqual(got.map((grain) => [grain.rtpTimestamp, grain.complete, grain.missing]), [
    [1, true, 0], [2, false, 1], [3, true, 0],
  ]);
  assert.deepEqual(got[0].packets.map((entry) => entry.index), [0, 2, 1]);
  assert.equal(got[0].identity.origin, identity.origin);
  const { lost, duplicates, reordered, received } = assembler.counters;
  assert.deepEqual({ lost, duplicates, reordered, received }, { lost: 1, duplicates: 1, reordered: 1, received: 9 });
  const cut = rtv.decodePacket(all[0].subarray(0, 100), { originalLength: all[0].length });
  assert.ok(cut.truncated && cut.length === all[0].length);
});

test("times go both ways", () => {
  assert.equal(rtv.taiToUtc(1767526074000000000n), 1767526037000000000n);
  assert.equal(rtv.utcToTai(1767526037000000000n), 1767526074000000000n);
  assert.equal(rtv.rtpTimestamp(1_000_000_000n, 90000), 90000);
  assert.equal(fault(() => rtv.taiToUtc(1)).code, "argument");
});

test("nonsense is answered by an RtvError, never by a trap", () => {
  const nonsense = [undefined, null, 0, -1, NaN, 1n, "", "x", [], {}, () => 1, Symbol("s"), new Date(), new Uint8Array(1)];
  const proxy = new Proxy({}, { get: () => { throw new Error("trap"); } });
  const calls = [
    "decodePacket", "decodePayload", "decodeDataSet", "encodePayload", "encodeDataSet", "packetize",
    "packetFields", "payloadFields", "dataSetFields", "explain", "lookup", "lookupUid", "taiToUtc", "utcToTai",
  ];
  const call = (name, action) => {
    try {
      action();
    } catch (error) {
      assert.equal(error.name, "RtvError", `${name}: ${error.stack}`);
    }
  };
  for (const name of calls) {
    for (const first of [...nonsense, proxy]) {
      call(name, () => rtv[name](first));
      for (const second of nonsense) call(name, () => rtv[name](new Uint8Array(20), second));
    }
  }
  for (const time of nonsense) {
    const assembler = new rtv.GrainAssembler();
    call("push", () => assembler.push(new Uint8Array([0x80, ...Array(15).fill(0)]), time));
    call("push", () => assembler.push(time));
  }
  for (const options of nonsense) call("GrainAssembler", () => new rtv.GrainAssembler(options).free());
  for (const value of [...nonsense, proxy, [[]], [{}], [null], ["\\"], [1e400], [2 ** 70], [-1], [0.5]]) {
    for (const vr of ["AT", "DS", "FD", "IS", "LO", "OB", "PN", "SQ", "UI", "UN", "US", "UV", "XX", undefined]) {
      call(vr, () => rtv.encodeDataSet({ "00100010": { vr, Value: value } }));
      call(vr, () => rtv.encodeDataSet({ elements: [{ tag: "00100010", vr, bytes: value, items: value }] }));
    }
  }
  assert.equal(fault(() => rtv.decodePacket(new Uint8Array(20), { extensionmap: {} })).code, "argument");
  assert.equal(fault(() => rtv.decodePacket("x")).code, "argument");
  let deep = { "00100020": { vr: "LO" } };
  for (let depth = 0; depth < 100_000; depth += 1) deep = { "00081140": { vr: "SQ", Value: [deep] } };
  assert.equal(fault(() => rtv.encodeDataSet(deep)).code, "limit");
});

test("every cut and many changes of a payload are read", () => {
  const [{ capture }] = captures().filter(({ name }) => name.startsWith("or-undefined"));
  const grain = [...grains(capture).values()].flatMap((flow) => flow.grains).find(isRtv);
  for (let length = 0; length <= grain.payload.length; length += 1) rtv.decodePayload(grain.payload.subarray(0, length));
  let seed = 1;
  const random = (below) => (seed = (seed * 48271) % 0x7fffffff) % below;
  for (let round = 0; round < 500; round += 1) {
    const bytes = grain.payload.slice();
    for (let change = 0; change < 4; change += 1) bytes[132 + random(bytes.length - 132)] = random(256);
    const payload = rtv.decodePayload(bytes);
    rtv.payloadFields(bytes);
    try {
      rtv.encodePayload(payload);
    } catch (error) {
      assert.equal(error.name, "RtvError", error.stack);
    }
  }
});

test("the folder for bundlers loads where wasm is a module", () => {
  const file = join(folder, "bundler.mjs");
  const script = `import { lookup } from "./node_modules/dicom-rtv/bundler/dicom_rtv.js"; console.log(lookup(0x00340007).keyword);`;
  writeFileSync(file, script);
  const run = ["--experimental-wasm-modules", "--no-warnings", file];
  assert.equal(execFileSync(process.execPath, run, { encoding: "utf8" }).trim(), "FrameOriginTimestamp");
});

test("the samples of the README run", () => {
  const readme = readFileSync(join(root, "codec/wasm/README.md"), "utf8");
  const samples = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map((match) => match[1]);
  assert.ok(samples.length >= 4);
  samples.forEach((sample, index) => {
    const file = join(folder, `sample${index}.mjs`);
    writeFileSync(file, sample);
    execFileSync(process.execPath, [file], { cwd: folder, stdio: "inherit" });
  });
});
