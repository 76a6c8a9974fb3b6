// The types of the package are exact: what the functions give is checked against them by tsc --strict.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";

import { captures, datagrams, install } from "./support.mjs";

const folder = install();
const rtv = createRequire(join(folder, "script.js"))("dicom-rtv");

const NODE = ["--module", "node16", "--moduleResolution", "node16"];
const BUNDLER = ["--module", "esnext", "--moduleResolution", "bundler"];

/** What tsc says about sources, by file name, with the package resolved as `resolution` does it. */
function check(sources, resolution = NODE) {
  for (const [name, source] of Object.entries(sources)) writeFileSync(join(folder, name), source);
  const tsc = fileURLToPath(new URL("node_modules/typescript/bin/tsc", import.meta.url));
  const strict = ["--strict", "--noEmit", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess"];
  const target = ["--target", "es2022", "--lib", "es2022,dom,esnext.disposable"];
  const run = [tsc, ...strict, ...target, ...resolution, ...Object.keys(sources)];
  try {
    execFileSync(process.execPath, run, { cwd: folder, encoding: "utf8" });
    return "";
  } catch (error) {
    return error.stdout;
  }
}

/** A value as a literal of TypeScript. */
function literal(value) {
  if (typeof value === "bigint") return `${value}n`;
  if (ArrayBuffer.isView(value)) return `new Uint8Array([${[...value].slice(0, 4)}])`;
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (value && typeof value === "object") {
    return `{ ${Object.entries(value).map(([key, entry]) => `${JSON.stringify(key)}: ${literal(entry)}`).join(", ")} }`;
  }
  return JSON.stringify(value) ?? "undefined";
}

test("what is given has the declared types, without a property too many or too few", () => {
  const names = ["or-undefined-lengths", "fault-dataset-truncated", "fault-payload-prefix", "or-latin1", "fault-rtp-loss"];
  const lines = [];
  const say = (type, value) => lines.push(`const v${lines.length}: rtv.${type} = ${literal(value)};`);
  for (const { capture } of captures().filter(({ name }) => names.some((start) => name.startsWith(start)))) {
    const assemblers = new Map();
    let packets = 0;
    for (const { destination, payload } of datagrams(capture)) {
      if (!assemblers.has(destination)) assemblers.set(destination, new rtv.GrainAssembler());
      if (packets++ > 400) break;
      try {
        if (packets % 40 === 1) {
          say("Packet", rtv.decodePacket(payload));
          say("Field[]", rtv.packetFields(payload));
        }
        for (const event of assemblers.get(destination).push(payload)) {
          if (event.type === "grain" && event.payload.length > 20_000) continue;
          say("GrainEvent", event);
          if (event.type !== "grain" || lines.length > 400) continue;
          say("Payload", rtv.decodePayload(event.payload));
          say("Field[]", rtv.payloadFields(event.payload));
        }
      } catch (error) {
        const { name, ...fields } = error;
        assert.equal(name, "RtvError");
        say("FaultFields", { message: error.message, ...fields });
      }
    }
    for (const assembler of assemblers.values()) {
      say("GrainEvent[]", assembler.flush().filter((event) => event.type !== "grain"));
      say("Counters", assembler.counters);
    }
  }
  say("DataSet", rtv.decodeDataSet(new Uint8Array([1, 2, 3])));
  say("Attribute | null", rtv.lookup("PatientName"));
  say("UidEntry | null", rtv.lookupUid("1.2.840.10008.10.1"));
  assert.ok(lines.length > 50, `${lines.length}`);
  const source = `import type * as rtv from "dicom-rtv";\n${lines.join("\n")}\n`;
  assert.equal(check({ "given.mts": source }), "");
});

const USE = `
const grainOf = (assembler: GrainAssembler, packet: Uint8Array): Grain | undefined =>
  assembler.push(packet, 0n).find((event) => event.type === "grain");
const payload: Payload = decodePayload(new Uint8Array(200), { charset: "ISO_IR 192" });
const same: Uint8Array = encodePayload(payload);
const json: Uint8Array = encodePayload({ meta: payload.meta, dataSet: { "00100010": { vr: "PN", Value: [{ Alphabetic: "x" }] } } });
const again: Uint8Array = encodeDataSet(decodeDataSet(same, { syntax: "implicit" }).json);
const time: bigint | null | undefined = payload.dynamic?.frameOriginTimestamp;
const packets: Uint8Array[] = packetize(json, { timestamp: 1, ssrc: 2, identity: { origin: 5n } });
for (const element of payload.dataSet.elements) {
  if (element.items) element.items.map((item) => item.elements);
  else if (element.bytes) element.bytes.length;
}
const isRtvError = (error: unknown): error is RtvError => error instanceof Error && error.name === "RtvError";
export { again, grainOf, isRtvError, packets, time };
`;
const NAMES = `decodeDataSet, decodePayload, encodeDataSet, encodePayload, GrainAssembler, packetize`;
const TYPES = `import type { Grain, Payload, RtvError } from "dicom-rtv";`;

test("programs compile under strict, for Node, for bundlers and for the web", () => {
  const program = `import { ${NAMES} } from "dicom-rtv";\n${TYPES}\n${USE}`;
  const web = program.replace(`import { ${NAMES} }`, `import init, { ${NAMES} }`).replaceAll('"dicom-rtv"', '"dicom-rtv/web"');
  assert.equal(check({ "node.mts": program, "node.cts": program, "web.mts": `${web}\nawait init();\n` }), "");
  assert.equal(check({ "bundler.ts": program }, BUNDLER), "");
});

test("wrong programs do not compile", () => {
  const wrong = [
    `decodePayload("text");`,
    `decodePayload(new Uint8Array(1)).meta.samplingRate.toFixed();`,
    `packetize(new Uint8Array(1), { timestamp: 1, ssrc: 1, identity: { origin: 5 } });`,
    `packetize(new Uint8Array(1), { timestamp: 1, ssrc: 1, udplimit: 5 });`,
    `encodeDataSet({ "00100010": { vr: "XX" } });`,
    `new GrainAssembler({ reorderNs: 5 });`,
  ];
  const program = (line) => `import { ${NAMES} } from "dicom-rtv";\n${line}\n`;
  const said = check(Object.fromEntries(wrong.map((line, index) => [`wrong${index}.mts`, program(line)])));
  wrong.forEach((line, index) => assert.match(said, new RegExp(`^wrong${index}\\.mts\\(2,`, "m"), line));
});
