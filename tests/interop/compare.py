"""Reads payloads with a DICOM toolkit of others and compares each value with what was meant.

usage: compare.py pydicom|dcmdump FOLDER

FOLDER holds NAME.dcm, a payload of DICOM-RTV (which is a Part 10 file in all but name), and NAME.json, what the sender
meant: {"character_set", "elements"}, the latter a list of {"tag", "vr", "text" | "hex" | "items"}. Prints the number of
values compared; the first difference ends with exit code 1.
"""

import io
import json
import math
import pathlib
import re
import struct
import subprocess
import sys

NUMBERS = {"US": "<H", "UL": "<I", "FD": "<d"}


class Difference(Exception):
    pass


def expected_value(element):
    """The value as both readers can be asked for it."""
    if "items" in element:
        return [[(item["tag"], expected_value(item)) for item in items] for items in element["items"]]
    if "text" in element:
        return [part.strip() for part in element["text"].split("\\")] if element["text"] else []
    data = bytes.fromhex(element["hex"])
    if element["vr"] in NUMBERS:
        return [value for (value,) in struct.iter_unpack(NUMBERS[element["vr"]], data)]
    return data


def with_pydicom(path, character_set):
    import pydicom
    from pydicom import config

    config.settings.reading_validation_mode = config.RAISE
    # The dynamic part comes before (0008,0005), or without one: it is read as in the flow's last static part.
    payload = path.read_bytes()
    at = 132 + 12 + struct.unpack_from("<I", payload, 140)[0]
    named = character_set.encode() + b" " * (len(character_set) % 2)
    inserted = struct.pack("<HH2sH", 8, 5, b"CS", len(named)) + named
    whole = pydicom.dcmread(io.BytesIO(payload[:at] + inserted + payload[at:]))

    def value_of(element):
        if element.VR == "SQ":
            return [elements(item) for item in element.value]
        if element.VR in ("OB", "OW", "UN"):
            return bytes(element.value or b"")
        if element.is_empty:
            return []
        values = element.value if element.VM > 1 else [element.value]
        return list(values) if element.VR in NUMBERS else [str(value) for value in values]

    def elements(data_set):
        return [(f"{element.tag:08X}", value_of(element)) for element in data_set]

    found = elements(whole.file_meta) + elements(whole)
    ours = ["00020000"] if "SOPClassUID" in whole and character_set else ["00020000", "00080005"]
    return [pair for pair in found if pair[0] not in ours]


LINE = re.compile(r"^( *)\((\w{4}),(\w{4})\) (\w\w) (.*?) +# +(?:\d+|u/l), ?\d+ \S+$")


def with_dcmdump(path, _character_set):
    run = subprocess.run(["dcmdump", "-q", "-Un", "+L", "+uc", path], capture_output=True, check=False)
    if run.returncode != 0 or run.stderr.strip():
        raise Difference(f"dcmdump: exit code {run.returncode}: {run.stderr.decode(errors='replace')}")
    levels = [[]]
    for raw in run.stdout.splitlines():
        line = LINE.match(raw.decode(errors="replace"))
        if not line:
            continue
        depth, tag, vr, text = len(line[1]) // 2, line[2].upper() + line[3].upper(), line[4], line[5]
        if tag == "FFFEE000":
            del levels[depth + 1 :]
            levels[depth].append([])
            levels.append(levels[depth][-1])
        elif tag not in ("FFFEE00D", "FFFEE0DD", "00020000"):
            if vr == "SQ":
                value = []
                del levels[depth + 1 :]
                levels[depth].append((tag, value))
                levels.append(value)
            else:
                levels[depth].append((tag, dumped(vr, text)))
    return levels[0]


def dumped(vr, text):
    if text == "(no value available)":
        return b"" if vr == "OB" else []
    if text.startswith("["):
        return text[1:-1].split("\\")
    if vr in ("OB", "UN"):
        return bytes(int(byte, 16) for byte in text.split("\\"))
    return [float(value) if vr == "FD" else int(value) for value in text.split("\\")]


def compare(expected, found, path):
    """Counts the values that are equal; raises at the first that is not."""
    if [tag for tag, _ in expected] != [tag for tag, _ in found]:
        raise Difference(f"{path}: expected {[t for t, _ in expected]}, found {[t for t, _ in found]}")
    count = 0
    for (tag, want), (_, have) in zip(expected, found):
        here = f"{path}/{tag}"
        if isinstance(want, list) and want and isinstance(want[0], list):
            if len(want) != len(have):
                raise Difference(f"{here}: {len(want)} Items expected, {len(have)} found")
            count += sum(compare(w, h, f"{here}[{i}]") for i, (w, h) in enumerate(zip(want, have)))
        elif want != have and not padded(want, have) and not rounded(want, have):
            raise Difference(f"{here}: expected {want!r}, found {have!r}")
        else:
            count += 1
    return count


def padded(want, have):
    """Bytes may have got one byte of padding."""
    return isinstance(want, bytes) and isinstance(have, bytes) and len(want) % 2 == 1 and want + b"\0" == have


def rounded(want, have):
    """dcmdump shows 16 digits."""
    numbers = all(isinstance(value, float) for value in [*want, *have])
    return numbers and len(want) == len(have) and all(math.isclose(w, h, rel_tol=1e-14) for w, h in zip(want, have))


def main():
    reader = {"pydicom": with_pydicom, "dcmdump": with_dcmdump}[sys.argv[1]]
    count = 0
    files = sorted(pathlib.Path(sys.argv[2]).glob("*.dcm"))
    for file in files:
        meant = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
        expected = [(element["tag"], expected_value(element)) for element in meant["elements"]]
        count += compare(expected, reader(file, meant["character_set"]), file.name)
    print(f"{len(files)} payloads, {count} values")


if __name__ == "__main__":
    try:
        main()
    except Difference as difference:
        print(difference)
        sys.exit(1)
