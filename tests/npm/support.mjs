// What the tests of the npm package share: its tarball installed in a folder outside of the repository, and captures.
//
// `cargo xtask test --suite npm` sets GRAINSCOPE_NPM, the folder of the tarballs.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** Vectors whose expected values come from elsewhere; not part of the repository. */
const VECTORS = join(root, "../shared/vectors");

/** A new folder with the package installed, and nothing else. It goes when the process ends. */
export function install() {
  const tarballs = process.env.GRAINSCOPE_NPM;
  if (!tarballs) throw new Error("GRAINSCOPE_NPM is not set: run `cargo xtask test --suite npm`");
  const tarball = readdirSync(tarballs).find((name) => /^dicom-rtv-.*\.tgz$/.test(name));
  const folder = mkdtempSync(join(tmpdir(), "dicom-rtv-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  execFileSync(
    process.platform === "win32" ? "npm.cmd" : "npm",
    ["install", "--offline", "--no-audit", "--no-fund", "--loglevel=error", join(tarballs, tarball)],
    { cwd: folder, stdio: ["ignore", "ignore", "inherit"], shell: process.platform === "win32" },
  );
  return folder;
}

/** A vector's capture and what is expected of it; null, and a word on what is left out, where the vectors are not there. */
export function vector(name) {
  const capture = join(VECTORS, `${name}.pcap`);
  if (!existsSync(capture)) {
    console.log(`left out: ${name}, for ../shared/vectors is not there`);
    return null;
  }
  return {
    capture: readFileSync(capture),
    // Nanoseconds are more than a number of JSON holds here: they become text.
    expected: JSON.parse(
      readFileSync(join(VECTORS, `${name}.expected.json`), "utf8").replaceAll(/_ns": (\d+)/g, '_ns": "$1"'),
    ),
  };
}

/** The captures of the repository. */
export function captures() {
  const folder = join(root, "tests/vectors");
  const names = readdirSync(folder).filter((name) => name.endsWith(".pcap"));
  return names.map((name) => ({ name, capture: readFileSync(join(folder, name)) }));
}

/**
 * The UDP datagrams of a pcap file: Ethernet with or without VLAN tags, IPv4 without fragments.
 *
 * @param {Buffer} file
 * @returns {Generator<{time: bigint, destination: string, payload: Buffer}>}
 */
export function* datagrams(file) {
  const magic = file.readUInt32LE(0);
  const little = magic === 0xa1b2c3d4 || magic === 0xa1b23c4d;
  const nano = magic === 0xa1b23c4d || magic === 0x4d3cb2a1;
  const u32 = (at) => (little ? file.readUInt32LE(at) : file.readUInt32BE(at));
  for (let at = 24; at + 16 <= file.length; ) {
    const time = BigInt(u32(at)) * 1_000_000_000n + BigInt(u32(at + 4)) * (nano ? 1n : 1000n);
    const frame = file.subarray(at + 16, at + 16 + u32(at + 8));
    at += 16 + frame.length;
    let ip = 14;
    while (frame.readUInt16BE(ip - 2) === 0x8100) ip += 4;
    if (frame.readUInt16BE(ip - 2) !== 0x0800 || frame[ip + 9] !== 17) continue;
    const udp = ip + (frame[ip] & 15) * 4;
    const destination = `${frame.subarray(ip + 16, ip + 20).join(".")}:${frame.readUInt16BE(udp + 2)}`;
    yield { time, destination, payload: frame.subarray(udp + 8, udp + frame.readUInt16BE(udp + 4)) };
  }
}
